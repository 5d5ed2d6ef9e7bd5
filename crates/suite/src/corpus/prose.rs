//! Verse that reads like German from afar, in Latin-1: lines of words that were
//! made up syllable by syllable. Each word has a few that it likes to be
//! followed by, so that phrases come back as they do in a language.

use super::chance::Chance;

/// Octets in all, each a character.
pub(super) const LENGTH: usize = 222_218;

const SEED: u64 = 123;

/// The vocabulary holds 2^this − 1 words.
const OCTAVES: usize = 14;

/// How many words a word likes to be followed by.
const LIKED: u64 = 6;

/// The most frequent words.
const SMALL_WORDS: &str = "und die der ich nicht das ein zu in ist es er sie du mit so wie auf \
    den dem von sich an was mir doch nur f\u{fc}r wenn aus noch auch wir im da dich mich nach \
    hier wer als bei nun wohl ihr schon wo um hat sein will kann dir mein eine durch \u{fc}ber \
    vor man oder sind uns";

const BEGINNINGS: [&str; 28] = [
    "b", "br", "d", "f", "fl", "g", "gr", "h", "h", "j", "k", "kl", "l", "l", "m", "n", "pf", "r",
    "r", "s", "sch", "schw", "st", "str", "t", "tr", "w", "z",
];

const MIDDLES: [&str; 18] = [
    "a", "a", "e", "e", "e", "ei", "i", "i", "ie", "o", "u", "u", "au", "eu", "\u{e4}", "\u{f6}",
    "\u{fc}", "ah",
];

const ENDS: [&str; 20] = [
    "b", "ch", "cht", "ck", "g", "hl", "l", "ld", "ll", "m", "n", "nd", "ng", "r", "rt", "rz", "s",
    "ss", "t", "tz",
];

const ENDINGS: [&str; 12] = [
    "", "", "e", "e", "en", "en", "en", "er", "es", "ig", "lich", "ung",
];

const SENTENCE_ENDS: [&str; 8] = [".", ".", ".", "!", "!", "?", ";", ":"];

pub(super) fn make() -> Vec<u8> {
    let mut chance = Chance::seeded(SEED);
    let words = vocabulary(&mut chance);
    let mut text = Vec::with_capacity(LENGTH + 128);
    let mut word = 0;
    while text.len() < LENGTH {
        let lines = 4 + chance.below(9);
        for _ in 0..lines {
            word = line(word, &words, &mut chance, &mut text);
        }
        text.extend_from_slice(b"\r\n");
    }
    text.truncate(LENGTH);
    text
}

/// The words, the most frequent first.
fn vocabulary(chance: &mut Chance) -> Vec<Vec<u8>> {
    let small = SMALL_WORDS.split(' ').map(latin_1);
    let made = std::iter::repeat_with(|| made_up(chance));
    small.chain(made).take((1 << OCTAVES) - 1).collect()
}

fn made_up(chance: &mut Chance) -> Vec<u8> {
    let syllables = 1 + chance.below(7) / 4;
    let mut word = String::new();
    for _ in 0..syllables {
        for part in [&BEGINNINGS[..], &MIDDLES, &ENDS] {
            word.push_str(chance.pick(part));
        }
    }
    word.push_str(chance.pick(&ENDINGS));
    let mut word = latin_1(&word);
    let is_noun = chance.below(10) < 3;
    if is_noun {
        make_capital(&mut word[0]);
    }
    word
}

/// Latin-1 is the first 256 characters of Unicode, an octet each.
fn latin_1(text: &str) -> Vec<u8> {
    let octets = text.chars().map(u8::try_from);
    octets.map(|octet| octet.unwrap_or(b'?')).collect()
}

/// Small letters of Latin-1 have their capital 32 before them.
fn make_capital(letter: &mut u8) {
    if matches!(letter, b'a'..=b'z' | 0xe0..=0xfe) {
        *letter -= 32;
    }
}

/// Writes a line that goes on from the word numbered `last`, and says with
/// which word it ends.
fn line(last: usize, words: &[Vec<u8>], chance: &mut Chance, text: &mut Vec<u8>) -> usize {
    let mut word = last;
    let count = 4 + chance.below(4);
    for place in 0..count {
        word = successor(word, chance);
        let start = text.len();
        text.extend_from_slice(&words[word]);
        if place == 0 {
            make_capital(&mut text[start]);
        } else if place + 1 < count && chance.one_in(9) {
            text.push(b',');
        }
        if place + 1 < count {
            text.push(b' ');
        }
    }
    let end = match chance.one_in(3) {
        true => chance.pick(&SENTENCE_ENDS),
        false => ",",
    };
    text.extend_from_slice(end.as_bytes());
    text.extend_from_slice(b"\r\n");
    word
}

/// One of the words that `word` likes to be followed by, or any other.
fn successor(word: usize, chance: &mut Chance) -> usize {
    if chance.below(5) < 3 {
        return chance.rank(OCTAVES);
    }
    let which = chance.bits() % LIKED;
    Chance::seeded(word as u64 * LIKED + which).rank(OCTAVES)
}
