"""The command line `tianwei`: speaks HTTP to the gateway, starts processes by name, imports no service."""
