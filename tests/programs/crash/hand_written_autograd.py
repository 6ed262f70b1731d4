import math
import random

import torch


class Value:
    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local = parents, local

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad


random.seed(0)
w, b = Value(0.1), Value(0.0)
signal = torch.sin(torch.linspace(0, 60, 3000)).tolist()
for epoch, length in enumerate([50, 200, 3000]):
    loss = Value(0.0)
    for t in range(length - 1):
        error = (w * signal[t] + b).tanh() + -signal[t + 1]
        loss = loss + error * error
    for parameter in (w, b):
        parameter.grad = 0.0
    loss.backward()
    for parameter in (w, b):
        parameter.data -= 0.01 * parameter.grad / length
    print(epoch, length, loss.data / length)
