"""Whether a sentence holds the kind of thing that a question asks for: a person, a date, a place, a number, a reason."""

import re

from assistant.question import Expected

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = re.compile(
    rf"\b(?:{MONTHS})\b|\b(?:19|20)\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTHS})\b|\bdecades?\b|\byears? ago\b"
    r"|\b(?:six|three|two|one|twelve|\d+)[- ](?:month|year|week|day)s?\b|\b(?:immediate|near) future\b|\banniversary\b"
)
NUMBER = re.compile(
    r"\b\d[\d,.]*\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|twenty|thirty|forty|fifty|hundred|thousand|million|billion|half|third|quarter|majority|dozen|first|second|seventh"
    r"|per cent|percent)\b|%",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|since|as|due to|owing to|given|in order to|so that|so as|therefore|thus|hence|as a result|result(?:s|ed)?"
    r"|reason|caus(?:e|ed|es)|led|lead|leads|in light of|motivated|consequence|consequently|by virtue|impede|hinder|aimed at"
    r"|to (?:\w+))\b",
    re.IGNORECASE,
)
NAME = re.compile(r"\b[A-Z][\w'’-]+(?:\s+(?:of|for|the|and|on|to|de|van|von|bin|al)\s+(?=[A-Z]))?(?:\s+[A-Z][\w'’-]+)*")


def satisfies(text: str, expected: Expected, places: re.Pattern[str]) -> bool:
    """Whether the text holds a thing of the expected kind; True where the kind cannot be told from the text."""
    match expected:
        case Expected.WHEN:
            return bool(DATE.search(text))
        case Expected.NUMBER:
            return bool(NUMBER.search(text))
        case Expected.WHERE:
            return bool(places.search(text))
        case Expected.WHO:
            return has_name(text)
        case Expected.WHY:
            return bool(REASON.search(text))
        case _:
            return True


def has_name(text: str) -> bool:
    """Whether a proper name stands anywhere but at the opening of the text, or several words of one at the opening."""
    return any(match.start() > 0 or " " in match.group() for match in NAME.finditer(text))
