export default { lease: "50s" };
