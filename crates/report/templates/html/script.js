'use strict';
(() => {
  const rows = [...document.querySelectorAll('#verdicts tbody tr')];
  const body = document.querySelector('#verdicts tbody');
  const form = document.getElementById('filters');
  const find = document.getElementById('find');
  const chapter = document.getElementById('chapter');
  const byTime = document.getElementById('by-time');
  const shown = document.getElementById('shown');
  const cases = new Map();
  for (const details of document.querySelectorAll('details.case')) {
    cases.set(details.dataset.case, details);
  }
  const texts = rows.map((row) => row.textContent.toLowerCase());

  const fits = (row, index) => {
    const wanted = new Set(
      [...form.querySelectorAll('[name=verdict]:checked')].map((box) => box.value));
    return (chapter.value === '' || row.dataset.chapter === chapter.value)
      && row.dataset.words.split(' ').some((word) => wanted.has(word))
      && texts[index].includes(find.value.trim().toLowerCase());
  };

  const filter = () => {
    let count = 0;
    const chapters = new Set();
    rows.forEach((row, index) => {
      if (row.dataset.words === undefined) return;
      const fit = fits(row, index);
      row.hidden = !fit;
      const details = cases.get(row.querySelector('a').textContent);
      if (details) details.hidden = !fit;
      if (fit) {
        count += 1;
        chapters.add(row.dataset.chapter);
      }
    });
    let current = null;
    for (const row of rows) {
      if (row.dataset.words === undefined) {
        current = row;
        row.hidden = true;
      } else if (!row.hidden && !byTime.checked) {
        current.hidden = false;
      }
    }
    for (const section of document.querySelectorAll('section.chapter')) {
      section.hidden = !section.querySelector('details.case:not([hidden])');
    }
    shown.value = count === cases.size ? `${count} cases` : `${count} of ${cases.size} cases`;
  };

  const sort = () => {
    const order = byTime.checked
      ? [...rows].sort((a, b) => (b.dataset.time || 0) - (a.dataset.time || 0))
      : rows;
    body.append(...order);
    filter();
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

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', filter);
  byTime.addEventListener('change', sort);
  addEventListener('hashchange', open);
  form.hidden = false;
  filter();
  open();
})();
