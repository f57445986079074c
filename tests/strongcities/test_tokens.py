"""Contrast, computed from the tokens themselves: each pair that the stylesheets use, in light and in dark."""

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
MODES = ("light", "dark")
NUMBERS = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"

# Text on its ground: 4.5 to 1.
TEXT = [
    ("ink", "paper"), ("ink", "paper-2"), ("ink", "river-soft"), ("ink", "sun-soft"), ("ink", "brick-soft"),
    ("ink-2", "paper"), ("ink-2", "paper-2"), ("ink-2", "river-soft"), ("ink-2", "sun-soft"), ("ink-2", "brick-soft"),
    ("river", "paper"), ("river", "paper-2"), ("river", "river-soft"), ("river", "sun-soft"), ("river", "brick-soft"),
    ("river-2", "paper"), ("river-2", "paper-2"), ("river-2", "river-soft"), ("river-2", "sun-soft"),
    ("on-river", "river"), ("on-river", "river-2"), ("paper", "ink"), ("paper", "ink-2"),
    ("brick", "paper"), ("brick", "paper-2"), ("brick", "brick-soft"), ("on-brick", "brick"),
]  # fmt: skip
REGIONS = re.findall(r"--(r-[\w-]+): light-dark", TOKENS)
# Edges of fields, marks and pictures that carry a meaning: 3 to 1.
SHAPES = [("edge", "paper"), ("edge", "paper-2"), ("brick", "paper"), ("river", "paper"), ("river", "paper-2")] + [
    (region, ground) for region in REGIONS for ground in ("paper", "paper-2")
]


def tokens():
    """{name: {"light": (lightness, chroma, hue), "dark": …}} of every colour in tokens.css."""
    found = {}
    for name, *numbers in re.findall(rf"--([\w-]+): light-dark\({NUMBERS}, {NUMBERS}\)", TOKENS):
        values = [float(number) for number in numbers]
        found[name] = {"light": (values[0] / 100, *values[1:3]), "dark": (values[3] / 100, *values[4:])}
    return found


def linear(lightness, chroma, hue):
    """OKLCH to linear sRGB, by Björn Ottosson's matrices (bottosson.github.io/posts/oklab), clipped to what a screen shows."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [min(1, max(0, channel)) for channel in channels]


def as_hex(colour):
    encoded = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear(*colour))
    return "#" + "".join(f"{round(c * 255):02x}" for c in encoded)


def contrast(one, other):
    """WCAG 2.2's ratio of two colours."""
    light, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(*x), strict=True)) for x in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def test_the_computation_knows_black_white_and_a_colour_in_between():
    assert contrast((1, 0, 0), (0, 0, 0)) == pytest.approx(21, abs=0.01)
    assert contrast((0.6, 0, 0), (0.6, 0, 0)) == 1
    assert as_hex((0.627955, 0.257683, 29.2339)) == "#ff0000"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_is_readable(text, ground, mode):
    colours = tokens()
    assert contrast(colours[text][mode], colours[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_are_seen(shape, ground, mode):
    colours = tokens()
    assert contrast(colours[shape][mode], colours[ground][mode]) >= 3


def test_ten_regions_of_one_lightness_and_chroma():
    colours = tokens()
    assert len(REGIONS) == 10
    for mode in MODES:
        assert len({colours[region][mode][:2] for region in REGIONS}) == 1
        assert len({colours[region][mode][2] for region in REGIONS}) == 10


def test_plain_values_for_old_phones_are_the_same_colours():
    before = TOKENS.split("@supports")[0]
    light, dark = before.split("@media (prefers-color-scheme: dark)")
    for mode, part in zip(MODES, (light, dark), strict=True):
        plain = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
        assert plain == {name: as_hex(colour[mode]) for name, colour in tokens().items()}


def test_no_text_in_a_colour_that_no_pair_vouches_for():
    """`color: var(--x)` outside a region's class is a text colour, and `background: var(--x)` a ground, of the pairs above."""
    allowed_text = {text for text, _ in TEXT} | {"edge", *REGIONS}  # edge: the slash of a breadcrumb
    allowed_ground = {ground for _, ground in TEXT} | {"edge", "rule", "sun", "ink-2"}  # meters, swatches
    for file in sorted(CSS.glob("*.css")):
        text = file.read_text()
        used = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", text))
        grounds = set(re.findall(r"background: var\(--([\w-]+)\)", text))
        assert used <= allowed_text, f"{file.name}: {used - allowed_text}"
        assert grounds <= allowed_ground, f"{file.name}: {grounds - allowed_ground}"


@pytest.mark.parametrize("file", sorted(CSS.glob("*.css")), ids=lambda file: file.name)
def test_stylesheets_keep_the_rules(file):
    """Logical properties only, so that pages read from the right need nothing of their own; no address but our own."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    sides = r"(?<![\w-])(margin|padding|border)-(left|right|top|bottom)\b"
    sizes = r"[;{]\s*(left|right|top|bottom|(min-|max-)?(width|height))\s*:"
    flow = r"(text-align|float): (left|right)"
    physical = f"{sides}|{sizes}|{flow}"
    assert not re.findall(physical, text)
    assert "//" not in text
    assert text.count("{") == text.count("}")
