// What does a script add to the roster's table? Printing, today in sight, and a view to drag in.
const printing = document.querySelector("button.printing");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => print());
}

const table = document.querySelector(".week.month");
const today = table?.querySelector("thead .today");
if (today) table.scrollLeft = today.offsetLeft - table.querySelector("thead td").offsetWidth - 40;
