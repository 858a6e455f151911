import { words } from "./words.js";

/** A button in every password's field to look at what was typed: fewer mistakes, above all on phones. */
export function offerToShow(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal";
    button.textContent = words.show;
    button.setAttribute("aria-controls", input.id);
    button.setAttribute("aria-label", `${words.show}: ${input.labels?.[0]?.textContent ?? ""}`);
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      const word = shown ? words.hide : words.show;
      button.textContent = word;
      button.setAttribute("aria-label", `${word}: ${input.labels?.[0]?.textContent ?? ""}`);
    });
    input.after(button);
    // Shown text must not be kept by the browser as what was typed into an ordinary field.
    input.form?.addEventListener("submit", () => { input.type = "password"; });
  }
}
