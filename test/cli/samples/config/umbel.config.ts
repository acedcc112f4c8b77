export default { broker: "sqlite::memory:", concurrency: 30, lease: "40s", maxDeliveries: 7 };
