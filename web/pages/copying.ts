/** The button beside a text that is to be carried elsewhere. Without a script, or a clipboard, the text is selected by hand. */
export function offerToCopy(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const text = document.getElementById(button.dataset["copy"]!);
    button.hidden = text === null || navigator.clipboard === undefined;
    button.addEventListener("click", () => void copy(button, text!));
  }
}

async function copy(button: HTMLButtonElement, text: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.textContent ?? "");
    button.textContent = button.dataset["copied"]!;
  } catch {
    getSelection()?.selectAllChildren(text);
  }
}
