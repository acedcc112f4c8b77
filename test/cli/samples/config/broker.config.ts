export default { broker: 7 };
