"""What people write about coaches and night buses, and the entities X finds in it.

A text as X delivers it has & < > escaped, and offsets of entities count its code points.
"""

import html
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

LIMIT, REPOST_LIMIT = 280, 140  # code points; what is longer is cut and ends with …

# Percent of a keyword search by language; und is what X says of text without words.
LANGUAGES: tuple[str, ...] = ("en",) * 33 + ("de",) * 23 + ("it",) * 15 + ("und",) * 8
LANGUAGES += ("fr",) * 7 + ("es",) * 5 + ("pl",) * 4 + ("nl",) * 3 + ("pt",) * 2
WITH_TAG = 0.73  # of the posts with words; those without always have one, those of the accounts often none

# Opener, topic, close. {} is the brand, as a word or as a hashtag.
SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        ("Just boarded, and", "For the record:", "Third trip this month:", "Update:", "Honest question, but", "OK so"),
        ("{} to Leeds", "the wifi on {}", "my {} seat", "the {} driver", "the 6:40 {} from Porto", "{} at <5 degrees"),
        (
            "is on time again.",
            "was worth it.",
            "smells of coffee & rain.",
            "left without me.",
            "wins.",
            "is half empty.",
        ),
    ),
    "night": (
        ("Slept through Lyon:", "It is 3 am and", "Nobody tells you that", "Again:", "Good night from here,", "Fact:"),
        ("the night bus", "a night bus to Berlin", "our night bus driver", "the last night bus", "any night bus seat"),
        ("beats two trains.", "has the best playlist.", "is warmer than my flat.", "was early.", "needs more legroom."),
    ),
    "de": (
        ("Gerade eingestiegen:", "Ehrlich gesagt,", "Kurze Frage:", "Schon wieder:", "Grüße aus Köln,", "Läuft,"),
        ("{} nach München", "der Fahrer von {}", "das WLAN bei {}", "mein {} am ZOB", "{} über Nürnberg"),
        (
            "ist pünktlich.",
            "war jeden Euro wert.",
            "hat 20 Minuten Verspätung.",
            "macht Spaß.",
            "fährt heute > 9 Stunden.",
        ),
    ),
    "it": (
        ("Appena partiti:", "Devo dirlo,", "Domanda:", "Di nuovo qui,", "Buongiorno,"),
        ("{} per Torino", "il wifi di {}", "l'autista di {}", "il {} delle 7", "{} da Forlì"),
        ("è in orario.", "è già pieno.", "costa poco & va bene.", "arriva tra un'ora.", "più comodo del treno!"),
    ),
    "fr": (
        ("Bon,", "Enfin,", "À l'instant,"),
        ("{} pour Nîmes", "le {} de 8h"),
        ("est à l'heure.", "a été très bien."),
    ),
    "es": (
        ("Hoy", "Por fin,", "Mañana"),
        ("{} a Málaga", "el {} de las 9"),
        ("sale a tiempo.", "va lleno, ¡qué bien!"),
    ),
    "pl": (("Znowu", "No i", "Dziś"), ("{} do Łodzi", "kierowca {}"), ("jest na czas.", "był świetny.")),
    "nl": (
        ("Zo,", "Vandaag:", "Even serieus,"),
        ("{} naar Utrecht", "de {} van zes uur"),
        ("is op tijd.", "reed voorbij."),
    ),
    "pt": (("Olha,", "Hoje", "Gente,"), ("{} para São Paulo", "o {} das 23h"), ("não atrasou!", "valeu a pena.")),
    "notices": (
        ("New:", "Service update:", "Good news,", "From Monday,", "Please note:", "Thank you all,"),
        ("line 12 to Gent", "our night bus to Turin", "the stop at Köln Süd", "every seat", "our winter timetable"),
        ("runs twice a day.", "moves 200 m & has a roof now.", "has power sockets.", "costs < 10 EUR.", "is back."),
    ),
    "answers": (
        ("Thanks for telling us!", "Sorry to hear that.", "Good question,", "Hi,"),
        ("our team", "the driver", "line 12", "the lost & found desk"),
        ("will take a look.", "is already on it.", "says hello.", "needs your booking number."),
    ),
}
TAGS = {
    "en": ("roadtrip", "travel", "FlixBus", "NightBus", "bus2026"),
    "de": ("Reisen", "öpnv", "Köln", "flixbus", "Fernbus"),
    "it": ("viaggio", "autobus", "flixbus", "Forlì"),
    "und": ("flixbus", "東京", "Flixbus"),
}
# Between text and hashtags. In UTF-16 an emoji has two units, so offsets counted there are wrong behind it.
GLUE = (" ",) * 10 + (" 🚌 ", " 🚍", " & ", " <3 ", " 👩‍🚀🚀 ", " ☕️ ", "\n", "\n\n", " \u2028", " 🇩🇪🇮🇹 & ")
EMOJI = ("🚌🌙", "😴😴😴", "❤️", "🎉🚌🎉", "🙃")

ENTITY = re.compile(
    r"(?<![\w&])#(?P<hashtags>\w+)|(?<!\w)@(?P<mentions>[A-Za-z0-9_]{1,15})|https://t\.co/(?P<urls>[A-Za-z0-9]{10})"
)


def sentences(draw: random.Random, kinds: Iterable[str], brand: str = "FlixBus") -> str:
    """A sentence of each of these languages or kinds of what an account posts; none is said twice."""
    made = (" ".join(draw.choice(part) for part in SENTENCES[kind]).replace("{}", brand) for kind in kinds)
    return " ".join(dict.fromkeys(made))


def link(draw: random.Random) -> str:
    """A shortened address, as every address in a post is."""
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "https://t.co/" + "".join(draw.choices(letters, k=10))


def opinion(draw: random.Random, mention: str) -> tuple[str, str]:
    """(language, text before escaping) of a post that speaks of the brand or of a night bus, or of both.

    One in twelve is longer than a post may be. mention: the name of a user it may mention.
    """
    language = draw.choice(LANGUAGES)
    tags = draw.sample(TAGS.get(language, TAGS["en"]), draw.choice((1, 1, 2, 2, 3)))
    if language == "und":
        words, tags = draw.choice(EMOJI), ["flixbus", *tags[1:]]
    else:
        is_tagged = draw.random() < WITH_TAG
        brand = "#FlixBus" if is_tagged and draw.random() < 0.3 else "FlixBus"
        tags = tags if is_tagged else []
        count = draw.choice((1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 8))
        kinds = ["night" if language == "en" and draw.random() < 0.45 else language for _ in range(count)]
        words = sentences(draw, kinds, brand)
    if draw.random() < 0.2:
        words += f" @{mention}" if draw.random() < 0.7 else f" (cc @{mention})"
    if tags:
        words += draw.choice(GLUE) + " ".join(f"#{tag}" for tag in tags)
    if draw.random() < 0.2:
        words += " " + link(draw)
    return language, words


def escaped(text: str) -> str:
    """Text as X delivers it: & < > are written as HTML has them, quotes are not."""
    return html.escape(text, quote=False)


def cut(text: str, limit: int) -> str:
    """Escaped text of at most `limit` code points, the last of which is … where something is missing."""
    return text if len(text) <= limit else re.sub(r"&\w*$", "", text[: limit - 1]) + "…"


def entities(text: str, user_id: Callable[[str], str | None], quoted: int | None = None) -> dict[str, Any] | None:
    """The `entities` of a text as delivered; None where X says nothing of them.

    What the cut went through is none any more. The last address of a post that quotes another is that one's.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for match in ENTITY.finditer(text):
        kind, name = match.lastgroup or "", match[match.lastgroup or 0]
        entity: dict[str, Any] = {"start": match.start(), "end": match.end()}
        if text[match.end() :] == "…":
            continue
        if kind == "hashtags":
            entity["tag"] = name
        elif kind == "mentions":
            if user_id(name) is None:
                continue
            entity |= {"username": name, "id": user_id(name)}
        else:
            page = f"example.org/p/{name[:4].lower()}"
            if quoted and match.end() == len(text):
                page = f"x.com/i/web/status/{quoted}"
            entity |= {"url": match[0], "expanded_url": f"https://{page}", "display_url": page}
        found.setdefault(kind, []).append(entity)
    return found or None
