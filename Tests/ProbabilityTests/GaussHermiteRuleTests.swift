import Probability
import TestSupport
import Testing

@Suite struct GaussHermiteRuleTests {
    @Test func threePointsInClosedForm() {
        let rule = GaussHermiteRule(count: 3)
        for (node, value) in zip(rule.nodes, [-3.0.squareRoot(), 0, 3.0.squareRoot()]) {
            #expect(abs(node - value) < 1e-15)
        }
        for (weight, value) in zip(rule.weights, [1.0 / 6, 2.0 / 3, 1.0 / 6]) { #expect(abs(weight - value) < 1e-15) }
    }

    @Test(arguments: 1...25) func integratesTheMomentsOfTheNormal(count: Int) {
        let rule = GaussHermiteRule(count: count)
        #expect(rule.nodes == rule.nodes.sorted())
        var moment = 1.0
        for degree in stride(from: 0, to: 2 * count, by: 2) {
            var (sum, odd) = (0.0, 0.0)
            for (node, weight) in zip(rule.nodes, rule.weights) {
                var power = weight
                for _ in 0..<degree { power *= node }
                sum += power
                odd += power * node
            }
            #expect(relativeDifference(sum, moment) < 1e-12)
            #expect(abs(odd) < 1e-11 * moment * Double(count))
            moment *= Double(degree + 1)
        }
    }
}
