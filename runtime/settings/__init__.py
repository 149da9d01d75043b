"""From YAML to a `ProjectSpec`: files with their line numbers, schemas, cross references, and every problem at once."""
