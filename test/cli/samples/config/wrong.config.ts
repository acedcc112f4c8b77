export default { lease: "soon", colour: "red", concurrency: 0 };
