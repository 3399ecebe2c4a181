"""Tests of policies, natively: a request in OTLP/JSON becomes the view that the host would show, and the answer is applied to it.

::

    from tollgate.testing import Harness, log_record

    def test_debug_logs_are_dropped():
        output = Harness(Quiet).run(log_record("hello", severity_text="DEBUG"))
        assert output.drops == {"debug": 1}

The kit knows the fields of ``docs/fields.md`` but for lists of numbers, whole metrics and added nodes; the component itself is tested with
``tollgate test``.
"""

from .build import Built, data_point, log_record, request, span
from .harness import Harness, Output
from .view import Refused

__all__ = ["Built", "Harness", "Output", "Refused", "data_point", "log_record", "request", "span"]
