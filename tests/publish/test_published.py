"""What forecasts were worth: a skill is told where it says something."""

import math

import pytest

from forecasts.evaluation.published import Worth
from forecasts.evaluation.scores import Score
from forecasts.publish.published import _worth
from forecasts.publish.words import Words

SURE = Score(0.1, 0.02)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("skill", "told"),
    [
        (Score(0.31, 0.12), True),
        (Score(-0.4, 1.0), True),
        (Score(-204.9, 140.7), False),
        (Score(0.5, math.nan), False),
    ],
)
def test_a_skill_that_says_nothing_is_not_told_as_a_number(language: str, skill: Score, told: bool) -> None:
    words = Words(language)
    worth = Worth("afterwards", "answer", 20, 5, 5, SURE, SURE, SURE, SURE, 5, skill)
    said = _worth(worth, words)[-1]
    assert (words.decimal(skill.value, 3) in said) == told
    assert (said == words.say("published.skill.few")) != told
