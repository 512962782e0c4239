"""Texts with figures as markup: what is escaped is escaped once."""

from fractions import Fraction

import pytest

from secaudit.messages import msg
from secaudit.report.voice import Voice
from secaudit.resources import translator


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        (msg("the console's <b>: {count} & more", count=3), "the console&#39;s &lt;b&gt;: {3:a} &amp; more"),
        (msg('"{name}" has {share}', name="<i>'", share=Fraction(1, 2)), "&#34;&lt;i&gt;&#39;&#34; has {50%:a.share}"),
        (msg("it's {inner}", inner=msg("that's {number}", number=1)), "it&#39;s that&#39;s {1:a.inner.number}"),
        (msg("isn't"), "isn&#39;t"),
        ("isn't", "isn&#39;t"),
    ],
)
def test_words_and_values_are_escaped_once_and_numbers_have_their_address(wording, expected):
    said = Voice(translator("en")).say_figures(wording, "a")
    for number, address in (("3", "a"), ("50%", "a.share"), ("1", "a.inner.number")):
        expected = expected.replace(f"{{{number}:{address}}}", f'<span data-figure="{address}">{number}</span>')
    assert said == expected
