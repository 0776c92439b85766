"""The QR of a certificate as dark and light modules."""


def modules(text: str) -> list[list[bool]]:
    """Without its quiet zone, which is the paper round it. Correction M: a crease must not end it."""
    import qrcode

    symbol = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    symbol.add_data(text)
    symbol.make(fit=True)
    return [[bool(module) for module in row] for row in symbol.get_matrix()]
