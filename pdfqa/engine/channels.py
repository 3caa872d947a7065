"""Channels: the events of something that is under way, for all who listen, from whichever event they want on."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence

from pdfqa.wire import Event


class Channel:
    """The events of one run or response, in order. Thread-safe; keeps all events until it is forgotten.

    `include` is what the one who asked for the events wants in them. `source` is where they come from, if that is
    another channel: it lives as long as somebody listens.
    """

    def __init__(self, include: Sequence[str] = ()) -> None:
        self.include = tuple(include)
        self.source: Channel | None = None
        self.events: list[Event] = []
        self.closed = False
        self._changed = threading.Condition()
        self._listeners: list[Callable[[], None]] = []

    def put(self, *events: Event) -> None:
        """Add events; after the last one nothing is added any more."""
        self._add(events, last=False)

    def close(self, *events: Event) -> None:
        """Add the last events, unless they have been added, and say that none follows."""
        self._add(events, last=True)

    def _add(self, events: Sequence[Event], *, last: bool) -> None:
        with self._changed:
            if self.closed:
                return
            self.events += events
            self.closed = last
        self._tell()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have a function called, from any thread, after each change; return what ends that."""
        with self._changed:
            self._listeners.append(wake)

        this = weakref.ref(self)  # who can stop listening does not keep the channel

        def stop() -> None:
            channel = this()
            if channel is not None:
                with channel._changed:
                    if wake in channel._listeners:
                        channel._listeners.remove(wake)

        return stop

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
            listeners = list(self._listeners)
        for wake in listeners:
            wake()

    def __iter__(self) -> Iterator[Event]:
        """Yield every event, waiting for those to come, until the channel is closed."""
        place = 0
        while True:
            with self._changed:
                while not self.closed and len(self.events) == place:
                    self._changed.wait()
                events = self.events[place:]
                over = self.closed and not events
            if over:
                return
            yield from events
            place += len(events)


class Channels:
    """The open channels of one process, by the id of what they tell of."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}
        self._lock = threading.Lock()

    def open(self, target: str, *, include: Sequence[str] = ()) -> Channel:
        """Return the channel of a target; a new one if there is none."""
        with self._lock:
            return self._open.setdefault(target, Channel(include))

    def find(self, target: str) -> Channel | None:
        """Return the open channel of a target, or None."""
        with self._lock:
            return self._open.get(target)

    def leave(self, target: str, channel: Channel) -> None:
        """Forget a channel, which may still be told the last events: what happens to its target next has its own."""
        with self._lock:
            if self._open.get(target) is channel:
                del self._open[target]

    def close(self, target: str, *events: Event) -> None:
        """Close the channel of a target, if it has one, with the last events."""
        with self._lock:
            channel = self._open.pop(target, None)
        if channel is not None:
            channel.close(*events)


def tail(channel: Channel, change: Callable[[Event], Event], *, start: int = 0) -> Channel:
    """Return a channel with what comes over another from an event on, each event changed.

    It is nobody's but the caller's: when he lets go of it, it goes.
    """
    result, reading, place = Channel(), threading.Lock(), start
    result.source = channel
    listening = weakref.ref(result)

    def pull() -> None:
        nonlocal place
        into = listening()
        if into is None or into.source is None:
            stop()
            return
        with reading:  # whoever puts something in calls this
            over = into.source.closed  # before looking for events: those that come after would be missed
            events = into.source.events[place:]
            place += len(events)
            into.put(*map(change, events))
            if over:
                into.close()

    stop = channel.listen(pull)
    pull()
    return result
