// How does a supervisor get into a call? By their own softphone, as far in as the button says.
import { post } from "./ask.js";
import { refresh } from "./live.js";
import { inWords, Softphone } from "./softphone.js";

const phone = new Softphone(document.getElementById("board").dataset);
const doing = { supervise, stop };

function trouble(words) {
  const place = document.getElementById("trouble");
  place.textContent = words;
  place.hidden = !words;
}
phone.addEventListener("trouble", (event) => trouble(event.detail));
phone.addEventListener("change", () => refresh("board"));

async function supervise(form, button) {
  if (!phone.ready) await phone.start();
  const { connect } = await post(form.action, { how: button.value });
  if (connect) await phone.connect(connect);
}

async function stop(form) {
  await post(form.action);
  phone.hangUp();
}

addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  trouble("");
  try { await doing[form.dataset.do](form, event.submitter); } catch (error) { trouble(error.status ? error.message : inWords(error)); }
  refresh("board");
});
