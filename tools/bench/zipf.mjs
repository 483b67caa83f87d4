/**
 * Draws from 0 … count-1, low numbers most often: number k with the weight 1 / (k + 1) ** exponent. What is popular in
 * a registry is spread like this.
 * @param {{ count: number, exponent?: number, random?: () => number }} options random: from 0 up to 1, for tests
 */
export function zipf({ count, exponent = 1, random = Math.random }) {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -exponent;
    upTo[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
