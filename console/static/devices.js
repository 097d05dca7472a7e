// Which microphone, speaker and ring were chosen in this browser, and are they there?
const KEPT = "devices";
const KINDS = { microphone: "audioinput", speaker: "audiooutput", ring: "audiooutput" };
export const ROLES = Object.keys(KINDS);
const PSEUDO = ["", "default", "communications"]; // the browser's names for another device of the list

function chosen() { try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; } }

export function choose(role, { deviceId, label }) {
  const wanted = { ...chosen(), [role]: deviceId ? { id: deviceId, label } : null };
  try { localStorage.setItem(KEPT, JSON.stringify(wanted)); } catch { /* this browser keeps nothing: until the page goes */ }
}

export async function look() { // role -> { all, known: with names, wanted, device: the wanted one if it is there }
  if (!navigator.mediaDevices) throw Object.assign(new Error("not a secure page"), { name: "InsecurePage" });
  const listed = await navigator.mediaDevices.enumerateDevices(), kept = chosen();
  return Object.fromEntries(ROLES.map((role) => {
    const all = listed.filter(({ kind }) => kind === KINDS[role]), wanted = kept[role] ?? null;
    const known = all.filter(({ deviceId }) => !PSEUDO.includes(deviceId));
    const device = wanted && (known.find(({ deviceId }) => deviceId === wanted.id) ?? known.find(({ label }) => label === wanted.label));
    return [role, { all, known, wanted, device }];
  }));
}

export const idOf = ({ all, device }) => // the SDK's helper wants a name: the browser's own choice has one, or none
  device?.deviceId ?? all.find(({ deviceId }) => deviceId === "default")?.deviceId;
