//! A document that looks like PDF: pages of octets that do not compress, as if
//! they had been compressed before, then many small objects that do.

use super::chance::Chance;

/// Octets in all.
pub(super) const LENGTH: usize = 1_042_328;

const SEED: u64 = 125;

/// Pages, each an object and the stream that it shows.
const PAGES: usize = 48;

/// Links from page to page, an object each: some behind each page, more behind
/// all of them.
const LINKS_A_PAGE: usize = 6;
const MORE_LINKS: usize = 1440;
const LINKS: usize = PAGES * LINKS_A_PAGE + MORE_LINKS;

/// Octets of each stream but the last.
const STREAM: usize = 15_800;

/// Octets of the last stream in a draft.
const LAST_STREAM: usize = 20_000;

pub(super) fn make() -> Vec<u8> {
    // All numbers that depend on the last stream have the same digits whether
    // it is longer or not, so it makes up for what the draft lacks.
    let draft = document(LAST_STREAM).len();
    document(LAST_STREAM + LENGTH - draft)
}

fn document(last_stream: usize) -> Vec<u8> {
    // The links are the same however long the last stream is.
    let [mut streams, mut links] = [SEED, SEED + 1].map(Chance::seeded);
    let mut writer = Writer::new();
    for page in 1..=PAGES {
        let length = match page {
            PAGES => last_stream,
            _ => STREAM,
        };
        writer.page(length, &mut streams);
        for link in 0..LINKS_A_PAGE {
            writer.link(link, &mut links);
        }
    }
    for link in 0..MORE_LINKS {
        writer.link(link, &mut links);
    }
    writer.finish()
}

/// A document in the making.
struct Writer {
    octets: Vec<u8>,
    /// Where each object begins; their numbers count from 1.
    objects: Vec<usize>,
}

impl Writer {
    fn new() -> Self {
        let mut octets = Vec::with_capacity(LENGTH);
        octets.extend_from_slice(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
        Self {
            octets,
            objects: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) {
        self.octets.extend_from_slice(text.as_bytes());
    }

    fn object(&mut self, content: &str) {
        self.objects.push(self.octets.len());
        let number = self.objects.len();
        self.text(&format!("{number} 0 obj\n{content}\nendobj\n"));
    }

    /// A page, and the stream with what it shows.
    fn page(&mut self, length: usize, chance: &mut Chance) {
        let number = self.objects.len() + 1;
        let parent = 2 * PAGES + LINKS + 1;
        self.object(&format!(
            "<< /Type /Page /Parent {parent} 0 R /Contents {} 0 R >>",
            number + 1
        ));
        self.objects.push(self.octets.len());
        self.text(&format!(
            "{} 0 obj\n<< /Length {length} /Filter /FlateDecode >>\nstream\n",
            number + 1
        ));
        let end = self.octets.len() + length;
        while self.octets.len() < end {
            self.octets.extend_from_slice(&chance.bits().to_le_bytes());
        }
        self.octets.truncate(end);
        self.text("\nendstream\nendobj\n");
    }

    /// A place on a page from which one comes to another page.
    fn link(&mut self, link: usize, chance: &mut Chance) {
        let [left, bottom] = [90 + chance.below(40) * 10, 700 - link % 50 * 12];
        let page = chance.below(PAGES);
        self.object(&format!(
            "<< /Type /Annot /Subtype /Link /Border [0 0 0] /H /I /C [0 1 0]\n\
             /Rect [{left} {bottom} {} {}]\n/A << /S /GoTo /D (page.{page}) >> >>",
            left + 40,
            bottom + 10
        ));
    }

    /// Writes the root objects, the table of where each object is, and the end.
    fn finish(mut self) -> Vec<u8> {
        let pages = self.objects.len() + 1;
        let kids: Vec<String> = (0..PAGES)
            .map(|page| format!("{} 0 R", (2 + LINKS_A_PAGE) * page + 1))
            .collect();
        self.object(&format!(
            "<< /Type /Pages /Count {PAGES} /MediaBox [0 0 595 842]\n/Kids [{}] >>",
            kids.join(" ")
        ));
        self.object(&format!("<< /Type /Catalog /Pages {pages} 0 R >>"));
        let table = self.octets.len();
        let count = self.objects.len() + 1;
        self.text(&format!("xref\n0 {count}\n0000000000 65535 f \n"));
        for object in std::mem::take(&mut self.objects) {
            self.text(&format!("{object:010} 00000 n \n"));
        }
        self.text(&format!(
            "trailer\n<< /Size {count} /Root {} 0 R >>\nstartxref\n{table}\n%%EOF\n",
            count - 1
        ));
        self.octets
    }
}
