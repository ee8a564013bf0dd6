// The signs that apps put before a line, drawn here: not every machine has a font for them.

const SVG = "http://www.w3.org/2000/svg";
const CIRCLE = "M8 0.8a7.2 7.2 0 1 1 0 14.4a7.2 7.2 0 0 1 0-14.4z";
const SQUARE = "M4 1.6h8a2.4 2.4 0 0 1 2.4 2.4v8a2.4 2.4 0 0 1-2.4 2.4H4A2.4 2.4 0 0 1 1.6 12V4A2.4 2.4 0 0 1 4 1.6z";

// sign: what a screen reader says, the class that colours it, the filled shape, the line on it
const MARKS = {
  "✅": ["check mark", "good", CIRCLE, "M4.6 8.3l2.3 2.3 4.5-5"],
  "❌": ["cross", "bad", CIRCLE, "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4"],
  "🟡": ["yellow circle", "half", CIRCLE, "M4.8 8h6.4"],
  "⬜": ["empty square", "none", SQUARE, ""],
  "⏳": ["hourglass", "wait", CIRCLE, "M8 4.2V8l2.6 1.8"],
  "⚠️": ["warning", "half", "M7.1 1.6a1 1 0 0 1 1.8 0l6.2 11.5a1 1 0 0 1-.9 1.5H1.8a1 1 0 0 1-.9-1.5z", "M8 5.6v4M8 11.9v.2"],
  "🔒": ["locked", "none", "M3.6 7h8.8a1 1 0 0 1 1 1v5.4a1 1 0 0 1-1 1H3.6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z", "M5 7V4.8a3 3 0 0 1 6 0V7"],
  "🎉": ["celebration", "good", "M8 0.8l2 4.4 4.8.5-3.6 3.2 1 4.7L8 11.2l-4.2 2.4 1-4.7L1.2 5.7 6 5.2z", ""],
  "📈": ["up", "good", CIRCLE, "M8 11.2V5M5.2 7.6L8 4.8l2.8 2.8"],
  "📉": ["down", "bad", CIRCLE, "M8 4.8V11M5.2 8.4L8 11.2l2.8-2.8"],
};
const ANY = new RegExp(`(${Object.keys(MARKS).map((sign) => sign.replace("\uFE0F", "\uFE0F?")).join("|")})`, "gu");

function draw(sign) {
  const [label, colour, shape, line] = MARKS[sign] || MARKS[`${sign}\uFE0F`];
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", class: `mark ${colour}`, role: "img", "aria-label": label })) drawing.setAttribute(name, value);
  for (const [name, path] of [["shape", shape], ["line", line]]) {
    if (!path) continue;
    const part = document.createElementNS(SVG, "path");
    part.setAttribute("class", name);
    part.setAttribute("d", path);
    drawing.append(part);
  }
  return drawing;
}

// Text with its signs as drawings: a list of strings and nodes.
export const withMarks = (text) => text.split(ANY).map((part, number) => number % 2 ? draw(part) : part);
