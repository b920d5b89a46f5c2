'use strict';

const paper = document.getElementById('paper');
const pen = document.getElementById('pen');
const status = document.getElementById('status');
const drawing = paper.getContext('2d', { willReadFrequently: true });
const cards = new Map();

/** Sides of the canvas, which shrinks to fit the page. */
const LONGEST_SIDE = 280;

/** Classes that are shown of more. */
const MOST_CLASSES = 10;

/** What a server takes at once; a larger file is scaled down first. */
const LARGEST_FILE = 1 << 20;
const LONGEST_SENT = 1024;

/** What the models are asked of: height, width and channels of their images, classes, and how images are prepared. */
let task = { shape: [28, 28, 1], classes: [], prepare: 'digit' };
let strokes = [];
let stroke = null;
let cursor = null;
let asking = false;
let again = false;
let version = 0;

function redraw() {
  // A digit's ink may be darker or lighter; others are taken as they are, and 0 is black.
  const onWhite = task.prepare === 'digit';
  drawing.fillStyle = onWhite ? '#fff' : '#000';
  drawing.fillRect(0, 0, paper.width, paper.height);
  drawing.strokeStyle = onWhite ? '#000' : '#fff';
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
  status.textContent = isColour() ? 'Nothing is chosen yet.' : 'Nothing is drawn yet.';
  for (const card of cards.values()) {
    show(card, null);
  }
  showSeen(new Array(task.shape[0] * task.shape[1] * task.shape[2]).fill(0));
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

function isColour() {
  return task.shape[2] === 3;
}

function tell(answer) {
  showSeen(answer.saw);
  for (const each of answer.answers) {
    show(cards.get(each.model), each);
  }
  status.textContent = answer.answers
      .map(each => `${each.model}: ${each.name}, ${percent(each.probabilities[each.label])}`).join('; ');
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
  const list = element('div', 'rows', box);
  const rows = Array.from({ length: Math.min(MOST_CLASSES, task.classes.length) }, () => {
    const row = element('div', 'class', list);
    const name = element('span', '', row);
    const bar = element('div', '', element('div', 'track', row));
    return { row, name, bar, share: element('span', '', row) };
  });
  return { says, took, rows };
}

/** The classes in their order; of more than there is room for, the most probable ones. */
function shown(answer) {
  const numbers = task.classes.map((_, number) => number);
  if (answer && numbers.length > MOST_CLASSES) {
    numbers.sort((a, b) => answer.probabilities[b] - answer.probabilities[a]);
  }
  return numbers.slice(0, MOST_CLASSES);
}

function show(card, answer) {
  card.says.textContent = answer ? answer.name : '–';
  card.says.classList.toggle('word', answer !== null && answer.name.length > 3);
  card.took.textContent = answer ? time(answer.micros) : ' ';
  const classes = shown(answer);
  card.rows.forEach(({ row, name, bar, share }, place) => {
    const label = classes[place];
    const probability = answer ? answer.probabilities[label] : 0;
    name.textContent = answer || task.classes.length <= MOST_CLASSES ? task.classes[label] : '';
    name.title = name.textContent;
    bar.style.width = `${100 * probability}%`;
    share.textContent = answer ? percent(probability) : '';
    row.classList.toggle('best', answer !== null && label === answer.label);
  });
}

function showSeen(levels) {
  const [height, width, channels] = task.shape;
  const seen = document.getElementById('saw').getContext('2d');
  const image = seen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = levels[i * channels + (channels === 3 ? c : 0)];
    }
    image.data[4 * i + 3] = 255;
  }
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
document.getElementById('image').addEventListener('change', async event => {
  const [file] = event.target.files;
  if (file) {
    clear();
    const asked = version;
    const small = await smallEnough(file);
    send(small, small.type || 'application/octet-stream', asked);
    event.target.value = '';
  }
});

/** The file, or if it is large the same image in fewer pixels; what the browser can't read is for the server to refuse. */
async function smallEnough(file) {
  if (file.size <= LARGEST_FILE) {
    return file;
  }
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SENT / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(scale * image.width));
    canvas.height = Math.max(1, Math.round(scale * image.height));
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.95));
  } catch (failure) {
    return file;
  }
}

/** Makes the page one for the models' images. */
function setUp() {
  const [height, width] = task.shape;
  const isDigit = task.prepare === 'digit';
  const scale = LONGEST_SIDE / Math.max(height, width);
  paper.width = Math.round(scale * width);
  paper.height = Math.round(scale * height);
  const seen = document.getElementById('saw');
  seen.width = width;
  seen.height = height;
  document.body.classList.toggle('colour', isColour());
  for (const part of [paper, ...document.querySelectorAll('.pen')]) {
    part.hidden = isColour();
  }
  const title = isDigit ? 'Draw a digit' : isColour() ? 'Choose an image' : 'Draw, or choose an image';
  document.getElementById('title').textContent = title;
  document.title = `Retort: ${title.toLowerCase()}`;
  document.getElementById('prepared').textContent = `What the models saw: ${height} × ${width}, `
      + (isDigit ? 'the ink cropped and centred as in MNIST.' : 'the middle of the image, scaled.');
}

const ready = fetch('models').then(response => response.json()).then(asked => {
  task = asked;
  setUp();
  for (const model of task.models) {
    cards.set(model.name, card(model));
  }
  clear();
});
