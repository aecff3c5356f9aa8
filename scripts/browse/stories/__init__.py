"""The stories, in the order of their files; each registers itself with `@story`."""
