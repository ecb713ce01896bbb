// The nearest words by cosine, worked out from vectors of one byte for each number.

class Neighbours {
  constructor(buffer, dimensions) {
    this.vectors = new Int8Array(buffer);
    this.dimensions = dimensions;
    this.rows = this.vectors.length / dimensions;
    this.lengths = Float64Array.from({length: this.rows}, (_, row) => Math.sqrt(this.product(row, row)));
  }

  product(one, other) {
    const {vectors, dimensions} = this;
    let sum = 0;
    for (let i = one * dimensions, j = other * dimensions, end = i + dimensions; i < end; i++, j++) {
      sum += vectors[i] * vectors[j];
    }
    return sum;
  }

  // The `count` best, best first; equal ones in the order of the rows.
  nearest(row, count) {
    const best = [];
    for (let other = 0; other < this.rows; other++) {
      if (other === row) continue;
      const cosine = this.product(row, other) / (this.lengths[row] * this.lengths[other]);
      if (best.length === count && cosine <= best[count - 1].cosine) continue;
      let place = best.length;
      while (place > 0 && best[place - 1].cosine < cosine) place--;
      best.splice(place, 0, {row: other, cosine});
      best.length = Math.min(best.length, count);
    }
    return best;
  }
}
