// Draws each chart, and has chart and table follow what is chosen above them. In place of a chart that fails is the reason.
const OPTIONS = {
  actions: false,
  ast: true, // no code is made from text, so that the page may forbid it
  renderer: "svg",
};
const embed = async (...of) => vegaEmbed(...of);
// Vega's own class of views, which the library gives only as that of a view
const viewClass = embed(document.createElement("div"), {data: {values: []}, mark: "point"}, OPTIONS).then(
  ({view}) => view.constructor,
);
for (const figure of document.querySelectorAll("figure")) {
  const chart = figure.querySelector(".chart > div"); // to which Vega gives a role of its own
  const select = figure.querySelector("select");
  const fail = (error) => {
    if (figure.querySelector(".problem")) return; // the first error is the cause of others
    const problem = document.createElement("p");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    problem.textContent = `Not drawn: ${figure.id}: ${error?.message ?? error}`;
    chart.parentElement.replaceWith(problem);
    figure.querySelector("details").open = true;
  };
  const draw = async () => {
    const View = await viewClass;
    return embed(chart, JSON.parse(figure.querySelector(".specification").textContent), {
      ...OPTIONS,
      // an error while rows are computed rejects no promise, it is only logged
      viewClass: class extends View {
        constructor(...of) {
          super(...of);
          this.logger(Object.assign(this.logger(), {error: fail}));
        }
      },
    });
  };
  const drawn = chart && draw();
  drawn?.catch(fail);
  const follow = async () => {
    for (const row of figure.querySelectorAll("tbody tr")) {
      row.hidden = select.value !== "" && row.dataset.value !== select.value;
    }
    try {
      if (drawn) await (await drawn).view.signal("chosen", JSON.parse(select.value || "null")).runAsync();
    } catch (error) {
      fail(error);
    }
  };
  if (select) {
    select.addEventListener("change", follow);
    follow();
  }
}
