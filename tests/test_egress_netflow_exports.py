from egress_makers import CAMERA, MAC, device
from netflow_makers import BASIC, a_set, basic, ipfix, template

from camscan.egress.flow import Binding, Flow
from camscan.egress.known import Known
from camscan.egress.netflow.exports import Exports
from camscan.egress.source import Tally


def test_messages_become_flows_at_the_end() -> None:
    tally = Tally()
    exports = Exports(Known([device()]), tally)
    assert list(exports.message("r", ipfix(template(), a_set(256, basic() + basic("10.9.9.9"))), 17)) == []
    (flow,) = exports.finish()
    assert isinstance(flow, Flow)
    assert (flow.device, flow.record, exports.records) == (CAMERA, 17, 2)


def test_who_moved_is_told_at_once() -> None:
    exports = Exports(Known([device(mac=MAC)]), Tally())
    moved = basic("10.1.0.99") + bytes.fromhex(MAC.replace(":", ""))
    (found,) = exports.message("r", ipfix(template((*BASIC, (56, 6))), a_set(256, moved)))
    assert isinstance(found, Binding)


def test_what_no_template_came_for_is_counted() -> None:
    tally = Tally()
    exports = Exports(Known([device()]), tally)
    list(exports.message("r", ipfix(a_set(256, basic()))))
    assert list(exports.finish()) == []
    assert sum(tally.skipped.values()) == 1
