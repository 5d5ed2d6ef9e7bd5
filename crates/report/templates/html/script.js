'use strict';
(() => {
  const table = document.getElementById('verdicts');
  const groups = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }));
  const rows = [...table.querySelectorAll('tr[data-case]')];
  const form = document.getElementById('filters');
  const find = document.getElementById('find');
  const section = document.getElementById('section');
  const changed = document.getElementById('changed');
  const byTime = document.getElementById('by-time');
  const shown = document.getElementById('shown');
  const cases = new Map();
  for (const details of document.querySelectorAll('details.case')) {
    cases.set(details.dataset.case, details);
  }
  const texts = rows.map((row) => row.textContent.toLowerCase());

  const filter = () => {
    const boxes = [...form.querySelectorAll('[name=verdict]')];
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const all = wanted.size === boxes.length;
    const text = find.value.trim().toLowerCase();
    const inside = section.value;
    let count = 0;
    rows.forEach((row, index) => {
      const id = row.dataset.case;
      const fits = (inside === '' || id === inside || id.startsWith(`${inside}.`))
        && (all || row.dataset.words.split(' ').some((word) => wanted.has(word)))
        && (!changed || !changed.checked || 'changed' in row.dataset)
        && texts[index].includes(text);
      row.hidden = !fits;
      const details = cases.get(id);
      if (details) details.hidden = !fits;
      if (fits) count += 1;
    });
    for (const { rows: [title, ...others] } of groups) {
      title.hidden = byTime.checked || others.every((row) => row.hidden);
    }
    for (const chapter of document.querySelectorAll('section.chapter')) {
      chapter.hidden = !chapter.querySelector('details.case:not([hidden])');
    }
    shown.value = count === cases.size ? `${count} cases` : `${count} of ${cases.size} cases`;
  };

  const sort = () => {
    if (byTime.checked) {
      const slowest = [...rows].sort((a, b) => b.dataset.time - a.dataset.time);
      groups[0].body.append(...slowest);
    } else {
      for (const group of groups) group.body.append(...group.rows);
    }
    filter();
  };

  // The timelines of a case that were compressed. They were escaped by the
  // templates as all of the page was, and the policy holds for them, too.
  const unpack = async (details) => {
    const { packed } = details.dataset;
    if (!packed) return;
    delete details.dataset.packed;
    const octets = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const plain = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const text = await new Response(plain).text();
    const unpacked = new DOMParser().parseFromString(text, 'text/html');
    for (const place of details.querySelectorAll('[data-play]')) {
      const found = unpacked.querySelector(`[data-play="${place.dataset.play}"]`);
      if (found) place.replaceChildren(...found.childNodes);
    }
  };

  const open = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    const details = cases.get(id);
    if (!details) return;
    details.hidden = false;
    details.closest('section').hidden = false;
    details.open = true;
    details.scrollIntoView();
  };

  for (const details of cases.values()) {
    details.addEventListener('toggle', () => { if (details.open) unpack(details); });
  }
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', filter);
  byTime.addEventListener('change', sort);
  addEventListener('hashchange', open);
  form.hidden = false;
  filter();
  open();
})();
