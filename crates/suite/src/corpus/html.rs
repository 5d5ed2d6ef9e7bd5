//! A page of HTML: a long table of trains, each row much as the one before.

use super::chance::Chance;

/// Octets in all.
pub(super) const LENGTH: usize = 263_647;

/// Characters that take two octets; all others take one.
pub(super) const TWO_OCTET_CHARACTERS: usize = 27;

const SEED: u64 = 124;

/// More than any row and the end have.
const ROOM: usize = 512;

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"de\">
<head>
  <meta charset=\"utf-8\">
  <title>Abfahrten</title>
  <link rel=\"stylesheet\" href=\"/style/board.css\">
</head>
<body class=\"board\">
<h1>Abfahrten</h1>
<table>
";

const BEFORE_REMARK: &str = "</table>\n<p class=\"remark\">";
const REMARK: &str = "Alle Angaben sind erfunden. ";
const AFTER_REMARK: &str = "</p>\n</body>\n</html>\n";

/// Places with one character of two octets each.
const UMLAUTS: [&str; 3] = ["G\u{f6}ttingen", "M\u{fc}nster", "K\u{f6}ln"];

const PLACES: [&str; 8] = [
    "Bremen", "Celle", "Emden", "Goslar", "Hameln", "Kassel", "Stade", "Verden",
];

pub(super) fn make() -> Vec<u8> {
    let mut chance = Chance::seeded(SEED);
    let mut page = String::with_capacity(LENGTH);
    page.push_str(HEAD);
    let mut umlauts = TWO_OCTET_CHARACTERS;
    let mut number = 0;
    while page.len() + ROOM < LENGTH {
        number += 1;
        let place = match umlauts > 0 && number % 18 == 0 {
            true => {
                umlauts -= 1;
                UMLAUTS[umlauts % UMLAUTS.len()]
            }
            false => chance.pick(&PLACES),
        };
        row(number, place, &mut chance, &mut page);
    }
    page.push_str(BEFORE_REMARK);
    let remark = LENGTH - page.len() - AFTER_REMARK.len();
    page.extend(REMARK.chars().cycle().take(remark));
    page.push_str(AFTER_REMARK);
    page.into_bytes()
}

fn row(number: usize, place: &str, chance: &mut Chance, page: &mut String) {
    let line = chance.below(40) + 1;
    let minutes = 240 + number * 2 + chance.below(2);
    let (hour, minute) = (minutes / 60 % 24, minutes % 60);
    let platform = chance.below(6) + 1;
    let remark = match chance.below(3) {
        0 => format!("+{}", chance.below(60)),
        _ => String::new(),
    };
    page.push_str(&format!(
        r#"  <tr id="train-{number}" class="regional">
    <td class="time"><time datetime="{hour:02}:{minute:02}">{hour:02}:{minute:02}</time></td>
    <td class="line"><a href="/lines/{line}" title="Linie {line}">RE&nbsp;{line}</a></td>
    <td class="place"><a href="/trains/{number}?details=all&amp;lang=de">{place}</a></td>
    <td class="platform">{platform}</td>
    <td class="remark">{remark}</td>
  </tr>
"#
    ));
}
