// Notices new mail: the list shows it at once, an open letter is not taken from under its reader.
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/latest");
    if (!answer.ok) return;
    const latest = await answer.text();
    if (latest === document.body.dataset.latest || location.search.includes("q=")) return;
    if (document.body.classList.contains("reading")) {
      document.querySelector(".new").hidden = false;
    } else {
      location.reload();
    }
  } catch {
    // The inbox was stopped; what is on the page stays readable.
  }
}, 2000);
