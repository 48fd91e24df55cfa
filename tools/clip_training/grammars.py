"""The words of the two caption grammars. The judge speaks differently from the guide, about the same things."""

from collections.abc import Mapping
from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True)
class Grammar:
    """Words and phrases a caption is put together from; ``{}`` marks where a noun phrase or a colour goes."""

    subjects: Words
    openings: Words
    endings: Words
    colours: Mapping[str, Words]
    painted: Words
    made_of: Words
    finish: tuple[Words, Words]
    body: Mapping[tuple[str, int], Words]
    average: Words
    people: Mapping[str, Words]
    views: tuple[Words, Words, Words, Words]
    pattern_nouns: Mapping[str, Words]
    pattern_adjectives: Mapping[str, Words]
    pattern_frames: Words
    spot_frames: Words
    two_tone: Words
    tops: Words
    bottoms: Words
    dressed: Words
    half: Words


_COLOURS: dict[str, Words] = {
    "red": ("red", "red", "red", "red", "bright red", "scarlet", "crimson"),
    "green": ("green", "green", "green", "green", "bright green"),
    "blue": ("blue", "blue", "blue", "blue", "bright blue"),
    "yellow": ("yellow", "yellow", "yellow", "bright yellow"),
    "purple": ("purple", "purple", "purple", "violet"),
    "orange": ("orange", "orange", "orange", "bright orange"),
    "black": ("black", "black", "black", "pure black"),
    "white": ("white", "white", "white", "pure white", "snow white"),
    "grey": ("grey", "gray"),
    "brown": ("brown", "brown", "brown", "chocolate brown"),
    "pink": ("pink", "pink", "pink", "bright pink"),
    "cyan": ("cyan", "cyan", "turquoise"),
}

GUIDE = Grammar(
    subjects=("figure", "figure", "figure", "person", "person", "human", "character", "body", "human figure", "someone",
              "mannequin", "human being", "statue", "hero"),
    openings=("{}", "{}", "{}", "{}", "{}", "a 3d render of {}", "a picture of {}", "a photo of {}", "an image of {}",
              "a rendering of {}", "a 3d model of {}", "this is {}", "there is {}", "turn it into {}", "make {}",
              "it looks like {}", "a cartoon of {}", "make the figure look like {}", "a computer graphic of {}"),
    endings=("", "", "", "", "", "", "", " standing", " walking", " on a plain background", ", 3d render",
             ", full body"," in a pose", " with arms raised", "."),
    colours=_COLOURS | {
        "skin": ("skin coloured", "naked", "skin colored", "natural"), "gold": ("gold", "golden"),
        "silver": ("silver", "chrome"), "stone": ("stone",),
    },
    painted=("{s} painted {c}", "{s} painted in {c}", "{s} wearing {c}", "{s} dressed in {c}", "{s} in {c}",
             "{s} covered in {c}", "{s} with {c} skin", "{s} coloured {c}", "{s} colored {c}", "{s} that is {c}",
             "{s} who is {c} all over", "{s} in {c} clothes", "{s} wearing {c} clothes", "{s} covered in {c} paint",
             "{s}, {c}", "{s} of {c} colour", "{s} with {c} paint", "{s} completely {c}", "{s} in {c} color",
             "{s} wearing a {c} suit", "{s} in a {c} suit", "{s}, all {c}", "{s} whose colour is {c}"),
    made_of=("{s} made of {c} plastic", "{s} made from {c} clay", "{s} made of {c} material", "{s} made of {c} rubber",
             "{s} made out of {c} wax"),
    finish=(("matte", "dull"), ("shiny", "glossy", "polished", "shining")),
    body={
        ("weight", 1): ("fat", "fat", "overweight", "chubby", "heavy", "plump", "big"),
        ("weight", -1): ("thin", "thin", "skinny", "slim", "slender", "lean"),
        ("muscle", 1): ("muscular", "muscular", "strong", "athletic", "muscly"),
        ("muscle", -1): ("weak", "frail"),
        ("height", 1): ("tall", "tall", "tall"),
        ("height", -1): ("short", "short", "small"),
        ("age", 1): ("old", "old", "elderly", "aged"),
        ("age", -1): ("young", "childlike"),
    },
    average=("average {s}", "normal {s}", "ordinary {s}", "{s} of average build", "{s} with a normal body"),
    people={"man": ("man", "man", "guy", "male figure"), "woman": ("woman", "woman", "lady", "female figure"),
            "boy": ("boy",), "girl": ("girl",), "child": ("child", "child", "kid", "toddler")},
    views=(("from the front", "front view", "seen from the front"),
           ("from the side", "side view", "seen from the side"),
           ("from the back", "back view", "from behind"),
           ("from above", "top view")),
    pattern_nouns={"stripes": ("stripes", "stripes", "bands"), "across": ("horizontal stripes",),
                   "along": ("vertical stripes",), "checks": ("checks", "squares", "a checkerboard pattern",
                                                               "checkers"),
                   "spots": ("spots", "dots", "polka dots")},
    pattern_adjectives={"stripes": ("striped", "stripy"), "across": ("horizontally striped",),
                        "along": ("vertically striped",), "checks": ("checkered", "checked"),
                        "spots": ("spotted", "dotted")},
    pattern_frames=("{s} with {c} {n}", "{s} with {c} {n}", "{c} {n}", "{s} covered in {c} {n}", "{s} wearing {c} {n}",
                    "{s} painted with {c} {n}", "{a} {s}, {c}", "{s} in {c} {n}", "{s} that is {a} {c}",
                    "{s} in {a} {c} clothes", "{a} {c} {s}", "{c} {a} {s}"),
    spot_frames=("{c} {s} with {d} {n}", "{c} {s} with {d} {n}", "{s} painted {c} with {d} {n}",
                 "{s} in {c} with {d} {n}", "{c} {s} covered in {d} {n}", "{d} {n} on {c}"),
    two_tone=("{c} {s}", "{s} in {c}", "{s} painted {c}", "{s} with {c} colours"),
    tops=("shirt", "shirt", "shirt", "top", "sweater", "jacket", "t-shirt", "jumper"),
    bottoms=("trousers", "trousers", "trousers", "pants", "pants", "jeans", "leggings"),
    dressed=("{s} with a {c} {t} and {d} {b}", "{s} wearing a {c} {t} and {d} {b}", "{s} in a {c} {t} and {d} {b}",
             "{s} with {d} {b} and a {c} {t}", "{s} dressed in a {c} {t} and {d} {b}", "{s}, {c} {t}, {d} {b}",
             "{s} in {d} {b} and a {c} {t}", "{c} {t} and {d} {b}", "{s} wearing {d} {b} and a {c} {t}",
             "{s} has a {c} {t} and {d} {b}"),
    half=("{s} {c} on the top half and {d} on the lower half", "{s} with a {c} upper half and a {d} lower half",
          "{s} {c} above and {d} below", "{s} with a {c} top half and {d} bottom half",
          "upper body {c}, lower body {d}"),
)  # fmt: skip

JUDGE = Grammar(
    subjects=("figure", "figure", "person", "person", "human", "character", "individual", "humanoid", "adult figure",
              "somebody", "someone", "model", "dummy", "sculpture"),
    openings=("{}", "{}", "{}", "{}", "a photograph of {}", "a rendered image of {}", "a cg picture of {}",
              "a drawing of {}", "here is {}", "i see {}", "we can see {}", "a view of {}", "a render of {}",
              "an illustration of {}", "look at {}", "a portrait of {}"),
    endings=("", "", "", "", "", "", " that stands", " striking a pose", " in motion", " before a backdrop",
             ", rendered", " on a background", "!"),
    colours=_COLOURS | {
        "red": ("red", "red", "red", "ruby red", "blood red"), "green": ("green", "green", "green", "emerald green"),
        "blue": ("blue", "blue", "blue", "royal blue"), "yellow": ("yellow", "yellow", "lemon yellow"),
        "purple": ("purple", "purple", "purple", "violet"), "orange": ("orange", "orange", "tangerine"),
        "black": ("black", "black", "jet black"), "white": ("white", "white", "plain white"),
        "brown": ("brown", "brown", "chestnut brown"), "pink": ("pink", "pink", "rose pink"),
        "cyan": ("cyan", "cyan", "aqua"),
        "skin": ("flesh coloured", "nude", "bare"), "gold": ("gold", "golden", "gilded"),
        "silver": ("silver", "silvery", "steel"), "stone": ("stone", "granite"),
    },
    painted=("{s} painted {c}", "{s} wearing {c}", "{s} dressed all in {c}", "{s} entirely in {c}", "{s} clad in {c}",
             "{s} sprayed {c}", "{s} which is {c}", "{s} having a {c} surface", "{s} with a {c} body",
             "{s} dyed {c}", "{s} in a {c} costume", "{s} in {c} from head to toe", "{s} dipped in {c} paint",
             "{s} of the colour {c}", "{s}: {c}", "{s} in {c} clothing", "{s} wearing only {c}"),
    made_of=("{s} made of {c} plastic", "{s} moulded from {c} clay", "{s} carved from {c} wood",
             "{s} made from {c} stuff"),
    finish=(("matte", "flat"), ("shiny", "glossy", "reflective", "gleaming")),
    body={
        ("weight", 1): ("fat", "fat", "overweight", "stout", "corpulent", "large"),
        ("weight", -1): ("thin", "thin", "skinny", "slim", "bony"),
        ("muscle", 1): ("muscular", "muscular", "strong", "well built", "brawny"),
        ("muscle", -1): ("weak", "feeble"),
        ("height", 1): ("tall", "tall", "lanky"),
        ("height", -1): ("short", "short", "tiny"),
        ("age", 1): ("old", "old", "elderly", "senior"),
        ("age", -1): ("young", "infant"),
    },
    average=("average {s}", "normal {s}", "regular {s}", "{s} of medium build", "{s} with ordinary proportions"),
    people={"man": ("man", "man", "gentleman", "male"), "woman": ("woman", "woman", "female"),
            "boy": ("boy", "little boy"), "girl": ("girl", "little girl"), "child": ("child", "child",
                                                                                      "youngster", "kid")},
    views=(("from the front", "facing the camera", "front on"), ("from the side", "in profile"),
           ("from the back", "facing away"), ("from above", "viewed from above")),
    pattern_nouns={"stripes": ("stripes", "stripes", "striping"), "across": ("horizontal stripes", "hoops"),
                   "along": ("vertical stripes", "pinstripes"), "checks": ("checks", "a check pattern",
                                                                            "a chessboard pattern"),
                   "spots": ("spots", "dots", "speckles")},
    pattern_adjectives={"stripes": ("striped",), "across": ("horizontally striped",), "along": ("vertically striped",),
                        "checks": ("checkered", "chequered"), "spots": ("spotted", "dotted")},
    pattern_frames=("{s} with {c} {n}", "{s} bearing {c} {n}", "{n} in {c}", "{s} decorated with {c} {n}",
                    "{a} {s} in {c}", "{s} patterned with {c} {n}", "{c} {a} {s}", "{a} {s}: {c}",
                    "{s} in a {a} {c} costume", "{s} wearing {c} {n}"),
    spot_frames=("{c} {s} with {d} {n}", "{c} {s} bearing {d} {n}", "{s} in {c}, with {d} {n} all over",
                 "{d} {n} over {c}", "{c} {s} sprinkled with {d} {n}"),
    two_tone=("{c} {s}", "{s} coloured {c}", "{s} clad in {c}"),
    tops=("shirt", "shirt", "blouse", "pullover", "top", "hoodie"),
    bottoms=("trousers", "trousers", "pants", "slacks", "jeans"),
    dressed=("{s} with a {c} {t} and {d} {b}", "{s} who wears a {c} {t} and {d} {b}",
             "{s} sporting a {c} {t} with {d} {b}",
             "{s} having {d} {b} and a {c} {t}", "{s} in a {c} {t} plus {d} {b}", "{c} {t} with {d} {b}",
             "{s} with a {c} {t} above {d} {b}"),
    half=("{s} whose top is {c} and whose legs are {d}", "{s} {c} in the upper half and {d} in the lower half",
          "top half {c}, bottom half {d}", "{s} with {c} torso and {d} legs"),
)  # fmt: skip
