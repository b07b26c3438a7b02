"""One package per domain; whatever `entries` each one has is registered by itself."""
