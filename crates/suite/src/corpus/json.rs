//! Records of gauges on rivers, in JSON: many lines alike, a few numbers that
//! are not.

use super::chance::Chance;

/// Octets in all, each a character.
pub(super) const LENGTH: usize = 194_056;

const SEED: u64 = 121;

/// More than any record and the end have.
const ROOM: usize = 512;

const RIVERS: [&str; 12] = [
    "Aller", "Bode", "Diemel", "Eder", "Fulda", "Ilm", "Leine", "Oker", "Saale", "Unstrut",
    "Werra", "Weser",
];

const TRENDS: [&str; 4] = ["steady", "rising", "falling", "unknown"];

const BEFORE_REMARK: &str = "    null\n  ],\n  \"remark\": \"";
const REMARK: &str = "Levels are raw values. ";
const AFTER_REMARK: &str = "\"\n}\n";

pub(super) fn make() -> Vec<u8> {
    let mut chance = Chance::seeded(SEED);
    let mut text = String::with_capacity(LENGTH);
    text.push_str("{\n  \"format\": 3,\n  \"gauges\": [\n");
    let mut number = 0;
    while text.len() + ROOM < LENGTH {
        number += 1;
        record(number, &mut chance, &mut text);
    }
    text.push_str(BEFORE_REMARK);
    let remark = LENGTH - text.len() - AFTER_REMARK.len();
    text.extend(REMARK.chars().cycle().take(remark));
    text.push_str(AFTER_REMARK);
    text.into_bytes()
}

fn record(number: usize, chance: &mut Chance, text: &mut String) {
    let river = RIVERS[number / 40 % RIVERS.len()];
    let trend = TRENDS[chance.below(6 * TRENDS.len()) / 6];
    let [level, minute] = [100 + chance.below(400), 5 * chance.below(12)];
    let alarm = if level > 470 { "true" } else { "false" };
    text.push_str(&format!(
        r#"    {{
      "number": {},
      "river": "{river}",
      "kilometre": {},
      "instrument": {{
        "serial": null,
        "range": [0, 1200]
      }},
      "latest": {{
        "time": "06:{minute:02}",
        "level": {level},
        "trend": "{trend}",
        "alarm": {alarm}
      }}
    }},
"#,
        20_000 + number,
        number % 40 * 7 + chance.below(5),
    ));
}
