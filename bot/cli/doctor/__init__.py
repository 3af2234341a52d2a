"""`newswatch doctor`: checks what an installation depends on."""
