"""A peer in a process of its own: prints its URL, and ends with its standard input or by SIGTERM."""

import argparse
import asyncio
import sys

from tests.mongopeer.server import Peer


async def serve(*, is_replica_set: bool, port: int) -> None:
    async with Peer(is_replica_set=is_replica_set, port=port) as peer:
        print(peer.url(), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mongopeer", description=__doc__)
    parser.add_argument("--standalone", action="store_true", help="no replica set, and so no transactions")
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    given = parser.parse_args()
    asyncio.run(serve(is_replica_set=not given.standalone, port=given.port))
