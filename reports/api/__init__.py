"""The read-only API, version 1: the same queries and the same rights as the pages, as JSON.

`site` declares an operation with its permission, `door` lets a request in, `problems` tells what is refused,
`paging` cuts lists, `document` writes the OpenAPI description; the other modules are the resources. They read the
other apps by their queries and enums only (import-linter).
"""
