// Draws each chart, and has chart and table follow what is chosen above them.
for (const figure of document.querySelectorAll("figure")) {
  const chart = figure.querySelector(".chart > div"); // to which Vega gives a role of its own
  const select = figure.querySelector("select");
  const drawn = chart && vegaEmbed(chart, JSON.parse(figure.querySelector(".specification").textContent), {
    actions: false,
    ast: true, // no code is made from text, so that the page may forbid it
    renderer: "svg",
  });
  const follow = async () => {
    for (const row of figure.querySelectorAll("tbody tr")) {
      row.hidden = select.value !== "" && row.dataset.value !== select.value;
    }
    if (drawn) await (await drawn).view.signal("chosen", JSON.parse(select.value || "null")).runAsync();
  };
  if (select) {
    select.addEventListener("change", follow);
    follow();
  }
}
