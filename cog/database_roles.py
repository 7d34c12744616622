"""The two accounts of the database: the owner makes the tables, the application only fills them.

Without this a fault of the application could take the triggers of the frozen tables away: only an owner may. The rights
are given again after each migration (`manage.py grant_roles`); a table that was forgotten is closed, not open.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from cog import frozen

READ_ONLY = frozenset({"django_migrations"})
APPEND_ONLY = frozenset(frozen.TABLES) - frozenset(frozen.ONCE)
"""Tables that only grow; those written in steps are left to their trigger, which knows when a row is finished."""


def grant(connection: BaseDatabaseWrapper, *, role: str, password: str = "") -> list[str]:
    """Create the application's account if need be, and give it what it needs and no more; returns the open tables.

    Called inside a transaction by the owner of the tables: a running application sees the rights before or after.
    """
    tables = sorted(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in (*_account(connection, cursor, role, password), *_rights(connection, role, tables)):
            cursor.execute(statement)
    return tables


def _account(connection: BaseDatabaseWrapper, cursor: Any, role: str, password: str) -> list[sql.Composed]:
    """The account itself; its password leaves this process as a SCRAM verifier, so no log of the server holds it."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    options = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    order = sql.SQL("{verb} ROLE {role} {options}").format(
        verb=verb, role=sql.Identifier(role), options=sql.SQL(options)
    )
    if password:
        pgconn = connection.connection.pgconn
        hashed = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        order += sql.SQL(" PASSWORD {}").format(sql.Literal(hashed))
    return [order]


def _rights(connection: BaseDatabaseWrapper, role: str, tables: list[str]) -> list[sql.Composed]:
    names = {
        "role": sql.Identifier(role),
        "base": sql.Identifier(str(connection.settings_dict["NAME"])),
        "free": _list(set(tables) - READ_ONLY - APPEND_ONLY),
        "growing": _list(set(tables) & APPEND_ONLY),
        "read": _list(set(tables) & READ_ONLY),
    }
    orders = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}, PUBLIC",
        "REVOKE ALL ON SCHEMA public FROM {role}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON DATABASE {base} FROM {role}",
        "REVOKE CREATE, TEMPORARY ON DATABASE {base} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {base} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON {free} TO {role}",
        "GRANT SELECT, INSERT ON {growing} TO {role}",
        "GRANT SELECT ON {read} TO {role}",
    ]
    return [sql.SQL(order).format(**names) for order in orders]


def _list(tables: set[str]) -> sql.Composed:
    return sql.SQL(", ").join([sql.Identifier(name) for name in sorted(tables)])


def excess(connection: BaseDatabaseWrapper) -> list[str]:
    """What the account in use may do and should not, in sentences; nothing on SQLite, which knows no accounts."""
    if connection.vendor != "postgresql":
        return []
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            return ["le compte de la base en est l'administrateur : il peut tout"]
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        if cursor.fetchone()[0]:
            found.append("le compte de la base peut créer des tables")
        for sentence, condition, asked in (
            ("possède des tables", "pg_has_role(current_user, c.relowner, 'MEMBER')", None),
            ("peut vider des tables d'un coup", "has_table_privilege(current_user, c.oid, 'TRUNCATE')", None),
            (
                "peut changer des lignes figées",
                "has_table_privilege(current_user, c.oid, 'UPDATE, DELETE') AND c.relname = ANY(%s)",
                [sorted(APPEND_ONLY)],
            ),
        ):
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"  # noqa: S608 - ours
                f" WHERE n.nspname = 'public' AND c.relkind = 'r' AND {condition} ORDER BY 1",
                asked,
            )
            names = [name for (name,) in cursor.fetchall()]
            if names:
                found.append(f"le compte de la base {sentence} : {', '.join(names[:3])}{'…' if names[3:] else ''}")
    return found
