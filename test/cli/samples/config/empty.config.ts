export const lease = "50s";
