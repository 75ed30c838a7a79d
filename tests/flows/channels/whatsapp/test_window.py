"""The 24-hour window: known, learned from Meta, and reopened by a template."""

from __future__ import annotations

from dataclasses import replace

from flows.channels.inbound import Inbound, Status
from tests.flows.channels.whatsapp.world import ASHA, ORG, World, text
from tests.waiting import wait_for


def test_outside_the_window_the_template_goes_out_once(world: World) -> None:
    world.section.update(template_name="come_back", template_language="hi")
    world.line.templates.add(("come_back", "hi"))
    world.says(ASHA, "hi")
    world.graph.now += 25 * 3600
    asked = len(world.graph.requests)
    world.send(text("one"), text("two"))
    assert [sent.body["template"]["name"] for sent in world.graph.sent] == ["come_back"]
    assert len(world.graph.requests) == asked + 1, "Meta is not asked what is known"
    assert world.dead() == [
        "window_closed: the contact last wrote more than 24 hours ago",
        "window_closed: the template was sent in its place",
    ]
    world.says(ASHA, "back again")
    world.send(text("welcome back"))
    assert world.graph.texts() == ["welcome back"]


def test_without_a_template_there_is_a_clear_record(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.now += 25 * 3600
    world.send(text("one"))
    assert world.graph.sent == []
    assert world.dead() == ["window_closed: the contact last wrote more than 24 hours ago"]
    assert world.told == world.dead()


def test_a_contact_is_asked_to_write_once_in_a_day(world: World) -> None:
    world.says(ASHA, "hi")
    assert world.channel.is_open(ORG, ASHA.phone)
    world.graph.now += 25 * 3600
    assert not world.channel.is_open(ORG, ASHA.phone)
    world.channel.ask_to_write(ORG, ASHA.phone, "no template yet")
    world.section["template_name"] = "come_back"
    world.line.templates.add(("come_back", "en"))
    for reason in ("i1", "i1", "i2"):
        world.channel.ask_to_write(ORG, ASHA.phone, reason)
    world.drain()
    assert [sent.body["template"]["name"] for sent in world.graph.sent] == ["come_back"]


def test_what_meta_alone_knows_of_the_window_is_believed(world: World) -> None:
    world.section["template_name"] = "come_back"
    world.line.templates.add(("come_back", "en"))
    world.send(text("we never heard of this contact"))
    assert [sent.body["type"] for sent in world.graph.sent] == ["template"]
    asked = len(world.graph.requests)
    world.send(text("again"))
    assert len(world.graph.requests) == asked


def test_a_window_that_meta_reports_closed_later(world: World) -> None:
    world.graph.late_window = True
    world.section["template_name"] = "come_back"
    world.line.templates.add(("come_back", "en"))
    world.send(text("one"))
    wait_for(lambda: world.wakes, "the failed status")
    world.drain()
    assert [sent.body["type"] for sent in world.graph.sent] == ["template"]
    assert world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_closed_window_that_meta_reports_again_stays_open_once_the_contact_wrote(
    world: World,
) -> None:
    closed = Status("wamid.1", ASHA.phone, "failed", world.graph.now, error_code=131047)
    world.channel.note(ORG, closed)
    assert world.channel.window.is_closed(ORG, ASHA.phone)
    world.graph.now += 60
    world.says(ASHA, "back again")
    world.channel.note(ORG, closed)
    late = replace(closed, id="wamid.2")
    world.channel.note(ORG, late)
    assert not world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_flows_own_template_goes_out_at_any_time(world: World) -> None:
    world.line.templates.add(("reminder", "en"))
    world.send({**text("reminder"), "template": {"name": "reminder", "variables": ["Asha"]}})
    assert world.graph.sent[0].body["template"]["components"][0]["parameters"] == [
        {"type": "text", "text": "Asha"}
    ]


def test_the_window_goes_by_when_the_contact_wrote(world: World) -> None:
    late = Inbound("wamid.L", ASHA.phone, "text", sent_at=world.graph.now - 25 * 3600, text="old")
    world.channel.accept(ORG, late)
    assert world.channel.window.is_closed(ORG, ASHA.phone)
    world.says(ASHA, "new")
    world.channel.accept(ORG, late)
    assert not world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_reaction_opens_no_window(world: World) -> None:
    world.channel.accept(ORG, Inbound("wamid.R", ASHA.phone, "reaction", world.graph.now))
    assert world.channel.window.last_inbound(ORG, ASHA.phone) is None
