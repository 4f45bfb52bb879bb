"""x"""
def table(d): return str(d)
def answer(d): return ""
