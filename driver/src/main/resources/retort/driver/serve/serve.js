'use strict';

const paper = document.getElementById('paper');
const pen = document.getElementById('pen');
const status = document.getElementById('status');
const drawing = paper.getContext('2d', { willReadFrequently: true });
const cards = new Map();

let strokes = [];
let stroke = null;
let cursor = null;
let asking = false;
let again = false;
let version = 0;

function redraw() {
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, paper.width, paper.height);
  drawing.strokeStyle = '#000';
  drawing.lineCap = 'round';
  drawing.lineJoin = 'round';
  for (const { points, width } of strokes) {
    drawing.lineWidth = width;
    drawing.beginPath();
    drawing.moveTo(points[0].x, points[0].y);
    // A stroke of one point is a dot, which a line without length would not be.
    drawing.lineTo(points[0].x + 0.01, points[0].y);
    for (const point of points.slice(1)) {
      drawing.lineTo(point.x, point.y);
    }
    drawing.stroke();
  }
}

function showCursor() {
  if (cursor) {
    drawing.lineWidth = 2;
    drawing.strokeStyle = stroke ? '#c00' : '#08c';
    drawing.beginPath();
    drawing.arc(cursor.x, cursor.y, pen.value / 2, 0, 7);
    drawing.stroke();
  }
}

function begin(point) {
  stroke = { points: [point], width: Number(pen.value) };
  strokes.push(stroke);
  changed();
}

function extend(point) {
  stroke.points.push(point);
  changed();
}

function changed() {
  version++;
  ask();
}

function clear() {
  strokes = [];
  stroke = null;
  version++;
  redraw();
  showCursor();
  status.textContent = 'Nothing is drawn yet.';
  for (const card of cards.values()) {
    show(card, null);
  }
  showSeen(new Array(784).fill(0));
}

/** One question at a time; what was drawn meanwhile is asked next. */
function ask() {
  redraw();
  if (strokes.length === 0) {
    clear();
  } else if (asking) {
    again = true;
  } else {
    asking = true;
    const asked = version;
    paper.toBlob(image => send(image, 'image/png', asked), 'image/png');
  }
  showCursor();
}

async function send(image, type, asked) {
  try {
    const response = await fetch('predict', { method: 'POST', headers: { 'Content-Type': type }, body: image });
    const answer = await response.json();
    await ready;
    if (!response.ok) {
      status.textContent = answer.error;
    } else if (asked === version || again) {
      tell(answer);
    }
  } catch (failure) {
    status.textContent = 'The server does not answer.';
  }
  asking = false;
  if (again) {
    again = false;
    ask();
  }
}

function tell(answer) {
  showSeen(answer.saw);
  for (const each of answer.answers) {
    show(cards.get(each.model), each);
  }
  status.textContent = answer.answers
      .map(each => `${each.model}: ${each.digit}, ${percent(each.probabilities[each.digit])}`).join('; ');
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function time(micros) {
  return micros < 1000 ? `${micros.toPrecision(3)} µs` : `${(micros / 1000).toPrecision(3)} ms`;
}

function element(name, className, parent) {
  const made = document.createElement(name);
  made.className = className;
  parent.append(made);
  return made;
}

function card(model) {
  const box = element('article', 'model', document.getElementById('models'));
  box.dataset.model = model.name;
  element('h2', '', box).textContent = model.name;
  element('p', 'time', box).textContent = `${model.parameters.toLocaleString('en')} parameters`;
  const says = element('div', 'says', box);
  const took = element('p', 'time took', box);
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = element('div', 'class', box);
    element('span', '', row).textContent = digit;
    const bar = element('div', '', element('div', 'track', row));
    return { row, bar, share: element('span', '', row) };
  });
  return { says, took, rows };
}

function show(card, answer) {
  card.says.textContent = answer ? answer.digit : '–';
  card.took.textContent = answer ? time(answer.micros) : ' ';
  card.rows.forEach(({ row, bar, share }, digit) => {
    const probability = answer ? answer.probabilities[digit] : 0;
    bar.style.width = `${100 * probability}%`;
    share.textContent = answer ? percent(probability) : '';
    row.classList.toggle('best', answer !== null && digit === answer.digit);
  });
}

function showSeen(levels) {
  const seen = document.getElementById('saw').getContext('2d');
  const image = seen.createImageData(28, 28);
  levels.forEach((level, i) => image.data.set([level, level, level, 255], 4 * i));
  seen.putImageData(image, 0, 0);
}

function place(event) {
  const box = paper.getBoundingClientRect();
  return {
    x: (event.clientX - box.left) * paper.width / box.width,
    y: (event.clientY - box.top) * paper.height / box.height,
  };
}

paper.addEventListener('pointerdown', event => {
  if (event.button === 0) {
    paper.setPointerCapture(event.pointerId);
    cursor = null;
    begin(place(event));
  }
});
paper.addEventListener('pointermove', event => {
  if (stroke && paper.hasPointerCapture(event.pointerId)) {
    extend(place(event));
  }
});
for (const end of ['pointerup', 'pointercancel']) {
  paper.addEventListener(end, () => {
    stroke = null;
  });
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

paper.addEventListener('keydown', event => {
  const step = STEPS[event.key];
  cursor ??= { x: paper.width / 2, y: paper.height / 2 };
  if (step) {
    const length = event.shiftKey ? 2 : 10;
    cursor = {
      x: Math.min(paper.width, Math.max(0, cursor.x + length * step[0])),
      y: Math.min(paper.height, Math.max(0, cursor.y + length * step[1])),
    };
    if (stroke) {
      extend(cursor);
    } else {
      redraw();
      showCursor();
    }
  } else if (event.key === ' ') {
    if (stroke) {
      stroke = null;
      redraw();
      showCursor();
    } else {
      begin(cursor);
    }
  } else if (event.key === 'Delete' || event.key === 'Backspace') {
    clear();
  } else {
    return;
  }
  event.preventDefault();
});
paper.addEventListener('blur', () => {
  cursor = null;
  stroke = null;
  redraw();
});

document.getElementById('clear').addEventListener('click', clear);
document.getElementById('undo').addEventListener('click', () => {
  strokes.pop();
  stroke = null;
  changed();
});
document.getElementById('image').addEventListener('change', event => {
  const [file] = event.target.files;
  if (file) {
    clear();
    send(file, file.type || 'application/octet-stream', version);
    event.target.value = '';
  }
});

redraw();
const ready = fetch('models').then(response => response.json()).then(models => {
  for (const model of models) {
    cards.set(model.name, card(model));
    show(cards.get(model.name), null);
  }
});
