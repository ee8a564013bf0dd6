// The workspace's control interface: questions, deeds, live changes.

import { complain } from "./dom.js";

export async function ask(name, parameters) {
  const response = await fetch(`control/${name}?${new URLSearchParams(parameters)}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || "The workspace did not answer.");
  return answer;
}

// Resolves to the answer, or to null after telling the person what went wrong.
export async function act(name, data) {
  try {
    const response = await fetch(`control/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(data),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    complain(answer.error || "That did not work.");
  } catch {
    complain("The workspace cannot be reached. Is it still running?");
  }
  return null;
}

export function listen(parameters, hear, reconnected) {
  const source = new EventSource(`control/feed?${new URLSearchParams(parameters)}`);
  let opened = false;
  source.addEventListener("ready", () => {
    if (opened) reconnected();
    opened = true;
  });
  source.onmessage = (event) => hear(JSON.parse(event.data));
  return () => source.close();
}

export function asBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
