"""Ground floor: the project itself, and what every other app shares."""
