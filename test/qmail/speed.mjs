export function speed() {}
