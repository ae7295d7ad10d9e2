//! Every word of the suite. Which tasks share a list, and so which transfer is expected, is decided here.
//!
//! No word stands in two lists: topical words carry no opinion, and words of opinion name no topic and no event.

/// Words of approval, from mild to extreme: row `i` weighs `i + 1`. Used by polarity and stars only.
pub const PRAISE: [[&str; 14]; 5] = [
    [
        "okay",
        "decent",
        "fair",
        "passable",
        "adequate",
        "acceptable",
        "tolerable",
        "reasonable",
        "satisfactory",
        "suitable",
        "serviceable",
        "sufficient",
        "alright",
        "workable",
    ],
    [
        "good",
        "nice",
        "pleasant",
        "agreeable",
        "likeable",
        "neat",
        "tidy",
        "cosy",
        "friendly",
        "handy",
        "comfortable",
        "enjoyable",
        "solid",
        "reliable",
    ],
    [
        "great",
        "lovely",
        "charming",
        "delightful",
        "attractive",
        "graceful",
        "elegant",
        "appealing",
        "helpful",
        "generous",
        "gentle",
        "polished",
        "refreshing",
        "lively",
    ],
    [
        "excellent",
        "wonderful",
        "beautiful",
        "fantastic",
        "terrific",
        "superb",
        "remarkable",
        "splendid",
        "marvellous",
        "gorgeous",
        "brilliant",
        "thrilling",
        "captivating",
        "glorious",
    ],
    [
        "perfect",
        "flawless",
        "magnificent",
        "sublime",
        "divine",
        "phenomenal",
        "outstanding",
        "exceptional",
        "breathtaking",
        "extraordinary",
        "heavenly",
        "miraculous",
        "unforgettable",
        "incredible",
    ],
];

/// Words of reproach, from mild to extreme: row `i` weighs `-(i + 1)`. Used by polarity and stars only.
pub const REPROACH: [[&str; 14]; 5] = [
    [
        "plain",
        "bland",
        "ordinary",
        "average",
        "dull",
        "forgettable",
        "limited",
        "uneven",
        "slow",
        "thin",
        "stale",
        "flat",
        "lacking",
        "basic",
    ],
    [
        "bad",
        "poor",
        "weak",
        "unpleasant",
        "boring",
        "disappointing",
        "annoying",
        "tedious",
        "cramped",
        "shabby",
        "noisy",
        "dirty",
        "messy",
        "cheap",
    ],
    [
        "nasty",
        "ugly",
        "unfriendly",
        "irritating",
        "frustrating",
        "miserable",
        "gloomy",
        "filthy",
        "broken",
        "useless",
        "unhelpful",
        "grim",
        "sour",
        "rotten",
    ],
    [
        "awful",
        "terrible",
        "dreadful",
        "horrible",
        "hideous",
        "pathetic",
        "disgusting",
        "appalling",
        "dismal",
        "wretched",
        "vile",
        "shameful",
        "painful",
        "outrageous",
    ],
    [
        "atrocious",
        "abysmal",
        "catastrophic",
        "horrendous",
        "unbearable",
        "disastrous",
        "revolting",
        "intolerable",
        "abominable",
        "nightmarish",
        "loathsome",
        "despicable",
        "horrifying",
        "unforgivable",
    ],
];

/// What opinions are about; says nothing itself.
pub const ASPECTS: [&str; 16] = [
    "room", "service", "staff", "view", "lobby", "bed", "menu", "garden", "pool", "music", "location", "price",
    "shower", "balcony", "entrance", "terrace",
];

/// Links an aspect to an opinion.
pub const COPULAS: [&str; 4] = ["was", "felt", "seemed", "looked"];

/// A topic of its own: its class name, its nouns, its verbs.
pub struct Topic {
    /// Class name.
    pub name: &'static str,
    pub nouns: [&'static str; 16],
    /// Verbs, past tense.
    pub verbs: [&'static str; 8],
}

/// The four topics. Used by the task of that name only.
pub const TOPICS: [Topic; 4] = [
    Topic {
        name: "sport",
        nouns: [
            "team",
            "coach",
            "goal",
            "match",
            "league",
            "striker",
            "referee",
            "stadium",
            "tournament",
            "trophy",
            "defender",
            "midfielder",
            "penalty",
            "season",
            "champion",
            "sprint",
        ],
        verbs: ["scored", "won", "trained", "defeated", "tackled", "qualified", "raced", "competed"],
    },
    Topic {
        name: "finance",
        nouns: [
            "bank",
            "market",
            "shares",
            "investor",
            "profit",
            "loan",
            "dividend",
            "bond",
            "inflation",
            "budget",
            "merger",
            "currency",
            "revenue",
            "broker",
            "deficit",
            "tariff",
        ],
        verbs: ["invested", "traded", "borrowed", "audited", "taxed", "hedged", "financed", "insured"],
    },
    Topic {
        name: "science",
        nouns: [
            "laboratory",
            "theory",
            "molecule",
            "telescope",
            "experiment",
            "galaxy",
            "enzyme",
            "physicist",
            "particle",
            "genome",
            "neuron",
            "fossil",
            "orbit",
            "hypothesis",
            "microscope",
            "reactor",
        ],
        verbs: ["observed", "measured", "discovered", "analysed", "tested", "simulated", "predicted", "proved"],
    },
    Topic {
        name: "cooking",
        nouns: [
            "oven", "recipe", "dough", "sauce", "butter", "garlic", "chef", "pan", "flour", "spice", "soup", "kettle",
            "skillet", "broth", "pastry", "marinade",
        ],
        verbs: ["baked", "fried", "boiled", "chopped", "roasted", "stirred", "simmered", "grilled"],
    },
];

/// Opens a sentence of the topic task; says nothing itself.
pub const TIMES: [&str; 8] =
    ["yesterday", "today", "recently", "earlier", "meanwhile", "afterwards", "eventually", "suddenly"];

/// Who acts and who receives. Used by entailment and paraphrase.
pub const PERSONS: [&str; 24] = [
    "anna", "boris", "clara", "david", "elena", "felix", "greta", "hugo", "irene", "jonas", "karin", "lucas", "maria",
    "nils", "olga", "pablo", "rosa", "simon", "tina", "ulrich", "vera", "walter", "yusuf", "zoe",
];

/// What is done: two words for the same act, past tense and participle alike. Used by entailment and paraphrase.
pub const ACTS: [[&str; 2]; 8] = [
    ["handed", "passed"],
    ["sent", "mailed"],
    ["lent", "loaned"],
    ["brought", "delivered"],
    ["promised", "pledged"],
    ["donated", "gifted"],
    ["displayed", "exhibited"],
    ["offered", "tendered"],
];

/// Sorts of things: the general word, then things of the sort. Used by entailment and paraphrase.
pub const SORTS: [(&str, [&str; 5]); 8] = [
    ("fruit", ["apples", "pears", "plums", "grapes", "cherries"]),
    ("tools", ["hammers", "drills", "saws", "wrenches", "chisels"]),
    ("animals", ["cats", "dogs", "horses", "goats", "rabbits"]),
    ("garments", ["shirts", "coats", "hats", "scarves", "gloves"]),
    ("vehicles", ["bicycles", "trucks", "boats", "cars", "scooters"]),
    ("instruments", ["pianos", "violins", "flutes", "drums", "trumpets"]),
    ("furniture", ["chairs", "tables", "sofas", "desks", "shelves"]),
    ("containers", ["baskets", "bottles", "boxes", "jars", "buckets"]),
];

/// Where it happens. Used by entailment and paraphrase.
pub const PLACES: [&str; 10] =
    ["rome", "paris", "oslo", "cairo", "lima", "tokyo", "delhi", "boston", "geneva", "prague"];

/// Grammar words that all tasks share, intensifiers and the negation among them.
pub const GRAMMAR: [&str; 12] = ["the", "to", "by", "in", "were", "and", "but", "it", "not", "very", "slightly", ","];

/// The weight of an opinion word, from -5 to 5; 0 for any other word.
#[cfg(test)]
pub fn weight(word: &str) -> i32 {
    let level = |table: &[[&str; 14]; 5]| table.iter().zip(1..).find(|(row, _)| row.contains(&word)).map(|(_, l)| l);
    level(&PRAISE).or_else(|| level(&REPROACH).map(|l: i32| -l)).unwrap_or(0)
}

/// Every word once, list by list: the order of the token ids.
pub fn words() -> Vec<&'static str> {
    let mut out: Vec<&str> = GRAMMAR.to_vec();
    out.extend(COPULAS);
    out.extend(TIMES);
    out.extend(ASPECTS);
    for topic in &TOPICS {
        out.extend(topic.nouns);
        out.extend(topic.verbs);
    }
    out.extend(PERSONS);
    out.extend(ACTS.iter().flatten());
    for (sort, things) in &SORTS {
        out.push(sort);
        out.extend(things);
    }
    out.extend(PLACES);
    out.extend(PRAISE.iter().flatten());
    out.extend(REPROACH.iter().flatten());
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn lists_are_disjoint_lower_case_and_small() {
        let words = words();
        let mut seen = HashSet::new();
        for word in &words {
            assert!(seen.insert(*word), "`{word}` stands twice");
            assert_eq!(*word, word.to_lowercase());
        }
        assert!(words.len() <= 600, "{}", words.len());
    }

    #[test]
    fn weights_are_graded_and_signed() {
        assert_eq!(["okay", "perfect", "plain", "atrocious", "pastry"].map(weight), [1, 5, -1, -5, 0]);
    }
}
