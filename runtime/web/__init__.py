"""HTTP: routes, errors as problem+json, identity, streams. Everything that knows aiohttp."""
