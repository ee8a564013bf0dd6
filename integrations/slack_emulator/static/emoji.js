// Shortcodes that people and apps commonly use; an unknown one stays as it is written.

import { withMarks } from "./marks.js";

const NAMES = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", wave: "👋", eyes: "👀", pray: "🙏", clap: "👏",
  raised_hands: "🙌", ok_hand: "👌", muscle: "💪", point_right: "👉", point_down: "👇", raised_hand: "✋",
  smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂", wink: "😉", thinking_face: "🤔", sob: "😭",
  sweat_smile: "😅", neutral_face: "😐", confused: "😕", sunglasses: "😎", tada: "🎉", rocket: "🚀", fire: "🔥",
  sparkles: "✨", star: "⭐", heart: "❤️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  negative_squared_cross_mark: "❎", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", question: "❓",
  exclamation: "❗", bulb: "💡", memo: "📝", pencil: "📝", pencil2: "✏️", books: "📚", book: "📖", mag: "🔍",
  lock: "🔒", unlock: "🔓", key: "🔑", hammer: "🔨", hammer_and_wrench: "🛠️", wrench: "🔧", gear: "⚙️",
  package: "📦", whale: "🐳", computer: "💻", bug: "🐛", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  stopwatch: "⏱️", clock1: "🕐", bell: "🔔", calendar: "📅", chart_with_upwards_trend: "📈", bar_chart: "📊",
  clipboard: "📋", file_folder: "📁", page_facing_up: "📄", paperclip: "📎", link: "🔗", inbox_tray: "📥",
  outbox_tray: "📤", email: "📧", speech_balloon: "💬", mega: "📣", red_circle: "🔴", large_green_circle: "🟢",
  large_yellow_circle: "🟡", large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪",
  black_circle: "⚫", large_green_square: "🟩", large_yellow_square: "🟨", large_red_square: "🟥",
  white_large_square: "⬜", black_large_square: "⬛", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️",
  arrow_down: "⬇️", arrows_counterclockwise: "🔄", repeat: "🔁", octagonal_sign: "🛑", construction: "🚧",
  checkered_flag: "🏁", triangular_flag_on_post: "🚩", trophy: "🏆", medal: "🏅", mortar_board: "🎓",
  robot_face: "🤖", one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", information_source: "ℹ️",
  shield: "🛡️", test_tube: "🧪", seedling: "🌱", recycle: "♻️", wastebasket: "🗑️", pushpin: "📌", zap: "⚡",
};

export const emoji = (name) => NAMES[name] || `:${name}:`;

export const withEmoji = (text) =>
  withMarks(text.replace(/:([a-z0-9_+-]+):/gi, (whole, name) => NAMES[name.toLowerCase()] || whole));
