"""Colours that can be told apart, and from the ground."""

from fastw2v.pictures.palette import GROUP_COLOURS, OTHERS_COLOUR, frequency_colours


def luminance(colour):
    """As the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_every_colour_is_seen_on_white_and_on_nearly_black():
    for colour in (*GROUP_COLOURS, OTHERS_COLOUR, *frequency_colours()):
        assert contrast(colour, "#ffffff") > 2.2, colour
        assert contrast(colour, "#131519") > 3, colour


def test_no_two_groups_have_the_same_colour():
    assert len(set(GROUP_COLOURS)) == 12
    assert len(set(frequency_colours())) == 24
