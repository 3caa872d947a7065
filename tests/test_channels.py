"""Channels: every listener hears every event, in order, from the first one on."""

from __future__ import annotations

import asyncio
import threading
import weakref

from pdfqa.backends.local import events
from pdfqa.engine.channels import Channel, Channels, tail
from pdfqa.wire import Event


def event(number: int) -> Event:
    return Event(event="thread.run.created", data=number)


def numbers(channel: Channel) -> list[int]:
    return [item.data for item in channel]


def test_a_late_listener_hears_what_was_before() -> None:
    channel = Channel()
    channel.put(event(1))
    channel.put(event(2))
    channel.close()
    assert numbers(channel) == [1, 2]
    assert numbers(channel) == [1, 2]


def test_a_listener_waits_for_what_is_to_come() -> None:
    channel, heard = Channel(), []
    thread = threading.Thread(target=lambda: heard.extend(numbers(channel)))
    thread.start()
    for number in range(100):
        channel.put(event(number))
    channel.close()
    thread.join()
    assert heard == list(range(100))


def test_nothing_follows_the_last_event() -> None:
    channels = Channels()
    channel = channels.open("run_1", include=["results"])
    channel.put(event(1), event(2))
    channels.close("run_1", event(3))
    channels.close("run_1", event(4))
    channel.put(event(5))
    channel.close(event(6))
    assert numbers(channel) == [1, 2, 3]
    assert channel.include == ("results",)


def test_an_event_loop_is_woken_from_any_thread() -> None:
    channel = Channel()

    async def listen(start: int) -> list[int]:
        return [item.data async for item in events(channel, start=start)]

    def speak() -> None:
        for number in range(200):
            channel.put(event(number))
        channel.close()

    async def main() -> list[list[int]]:
        threading.Thread(target=speak).start()
        return list(await asyncio.gather(*(listen(start) for start in (0, 0, 150))))

    assert asyncio.run(main()) == [list(range(200)), list(range(200)), list(range(150, 200))]


def test_who_stops_listening_is_forgotten() -> None:
    channel, calls = Channel(), []
    stop = channel.listen(lambda: calls.append(1))
    channel.put(event(1))
    stop()
    stop()
    channel.put(event(2))
    assert calls == [1]


def test_a_channel_is_found_until_it_is_closed() -> None:
    channels = Channels()
    channel = channels.open("run_1")
    assert channels.open("run_1") is channels.find("run_1") is channel
    channels.close("run_1")
    assert channel.closed
    assert channels.find("run_1") is None
    channels.close("run_1")


def test_a_tail_has_what_comes_after_an_event_changed() -> None:
    channel = Channel()
    channel.put(*map(event, range(3)))
    end = tail(channel, lambda one: event(-one.data), start=1)
    channel.put(event(3))
    channel.close(event(4))
    assert [-1, -2, -3, -4] == numbers(end)


def test_a_tail_that_nobody_holds_is_gone() -> None:
    channel = Channel()
    end = weakref.ref(tail(channel, lambda one: one))
    assert end() is None
    channel.put(event(1))
    assert [] == channel._listeners
